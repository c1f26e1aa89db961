import P1MQTTBroker
import P1MQTTMeter

/// A broker in one line: `mqtts://user@host:8883`. It stands for host, port, user name and whether TLS is used; what is set
/// beside it in the same place is refused, and what is set in a higher one (a flag over the file) replaces its part.
struct BrokerURL: Sendable, Equatable {
    var isTLS: Bool
    var user: String?
    var host: String
    /// 1883, or 8883 with TLS, where none is written.
    var port: Int

    static let allowed = "mqtt://HOST, mqtts://HOST with TLS, and with USER@ before or :PORT behind the host"

    /// What a text is not that should be one.
    enum Fault: Error, Equatable {
        case scheme, user, password, host, port, rest

        var text: String {
            switch self {
            case .scheme: "it begins with neither mqtt:// nor mqtts://"
            case .user: "what stands before the @ is no user name (%40 stands for an @ in it)"
            case .password: "a password has no place in it; put that into mqtt.passwordFile or mqtt.password"
            case .host: "the host is no name or address (an IPv6 address stands in [ ])"
            case .port: "the port is no number from 1 to 65535"
            case .rest: "nothing may follow the port; what topics begin with is mqtt.topicPrefix"
            }
        }
    }

    init(_ text: String) throws(Fault) {
        guard let scheme = ["mqtts://", "mqtt://"].first(where: text.lowercased().hasPrefix) else { throw .scheme }
        isTLS = scheme == "mqtts://"
        var rest = text.dropFirst(scheme.count)
        if rest.last == "/" { rest = rest.dropLast() }
        if let at = rest.lastIndex(of: "@") {
            guard !rest[..<at].contains(":") else { throw .password }
            guard let written = Self.percentDecoded(rest[..<at]), let name = SettingCodec.text(upTo: 1024).decode(.text(written))
            else { throw .user }
            user = name
            rest = rest[rest.index(after: at)...]
        }
        guard !rest.contains(where: { "/?#".contains($0) }) else { throw .rest }
        let broker = try Self.host(rest)
        host = broker.name
        port = broker.port ?? (isTLS ? 8883 : 1883)
    }

    /// `HOST` or `HOST:PORT`; an IPv6 address stands in `[ ]`.
    static func host(_ text: Substring) throws(Fault) -> BrokerHost {
        var address = text
        var written: Substring?
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { throw .host }
            address = text[text.index(after: text.startIndex)..<end]
            let behind = text[text.index(after: end)...]
            guard behind.isEmpty || behind.first == ":" else { throw .host }
            written = behind.isEmpty ? nil : behind.dropFirst()
        } else if let colon = text.firstIndex(of: ":") {
            address = text[..<colon]
            written = text[text.index(after: colon)...]
        }
        guard let host = SettingCodec<String>.host.decode(.text(String(address))), text.first == "[" || !host.contains(":") else {
            throw .host
        }
        guard let written else { return BrokerHost(host) }
        guard written.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let number = Int(written), 1...65535 ~= number else { throw .port }
        return BrokerHost(host, port: number)
    }

    /// `%40` is an `@`.
    private static func percentDecoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16) else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    var text: String {
        let address = host.contains(":") ? "[\(host)]" : host
        return "\(isTLS ? "mqtts" : "mqtt")://\(user.map { "\($0)@" } ?? "")\(address):\(port)"
    }
}

extension SettingCodec where Value == BrokerURL {
    static var brokerURL: Self {
        SettingCodec(
            allowed: BrokerURL.allowed, readsLiterals: false,
            fault: { written in
                guard case .text(let text) = written else { return nil }
                do throws(BrokerURL.Fault) {
                    _ = try BrokerURL(text)
                    return nil
                } catch {
                    return error.text
                }
            },
            schema: .members(["type": .text("string"), "pattern": .text("^[mM][qQ][tT][tT][sS]?://")])
        ) {
            guard case .text(let text) = $0 else { return nil }
            // Why it is none, `fault` says.
            return try? BrokerURL(text)
        } encode: {
            .text($0.text)
        }
    }
}

extension SettingsDraft {
    /// Puts the parts of the URL into the settings that they stand for.
    mutating func settleURL() {
        guard let url = settings.brokerURL else { return }
        let rank = origin(of: "mqtt.url").rank
        func isReplaced(_ path: String, _ draft: inout SettingsDraft) -> Bool {
            guard draft.isGiven(path) else { return false }
            let own = draft.origin(of: path).rank
            if own == rank { draft.reportGiven(path, "stands beside mqtt.url", "one of the two") }
            return own >= rank
        }
        if !isReplaced("mqtt.host", &self) { settings.mqtt.host = url.host }
        if !isReplaced("mqtt.port", &self) { settings.mqtt.port = url.port }
        if let user = url.user, !isReplaced("mqtt.username", &self) { settings.mqtt.username = user }
        if isGiven("mqtt.tls.enabled"), settings.mqtt.tls.enabled != url.isTLS, origin(of: "mqtt.tls.enabled").rank >= rank {
            reportGiven(
                "mqtt.tls.enabled", "is \(settings.mqtt.tls.enabled), but mqtt.url begins with \(url.isTLS ? "mqtts" : "mqtt")://",
                "mqtt.url with \(url.isTLS ? "mqtt" : "mqtts")://, or no mqtt.tls.enabled")
        } else {
            settings.mqtt.tls.enabled = url.isTLS
        }
    }
}
