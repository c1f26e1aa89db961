import Glibc
import P1MQTTMeter

/// The kinds of text that settings hold.
extension SettingCodec where Value == PortAddress {
    static var portAddress: Self {
        SettingCodec(
            allowed: "an IP address of this machine and a port, such as \"127.0.0.1:9101\"", readsLiterals: false, schema: .schema("string")
        ) {
            guard let text = $0.text, let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
                1...65535 ~= port
            else { return nil }
            let part = String(text[..<colon])
            let isBracketed = part.hasPrefix("[") && part.hasSuffix("]")
            let host = isBracketed ? String(part.dropFirst().dropLast()) : part
            let address = SettingCodec<String>.address.decode(.text(host))
            return address != nil && isBracketed == host.contains(":") ? PortAddress(host: host, port: port) : nil
        } encode: {
            .text($0.description)
        }
    }
}

extension SettingCodec where Value == String {
    /// Text that obeys a rule.
    static func text(
        _ allowed: String, fault: @escaping @Sendable (String) -> String? = { _ in nil }, _ isAllowed: @escaping @Sendable (String) -> Bool
    ) -> Self {
        SettingCodec(allowed: allowed, readsLiterals: false, fault: { $0.text.flatMap(fault) }, schema: .schema("string")) {
            guard case .text(let text) = $0, isPrintable(text), isAllowed(text) else { return nil }
            return text
        } encode: {
            .text($0)
        }
    }

    static func text(upTo limit: Int) -> Self {
        text("text of 1 to \(limit) bytes") { 1...limit ~= $0.utf8.count }
    }

    static var path: Self {
        text("a path") { 1...4095 ~= $0.utf8.count }
    }

    static var host: Self {
        text("a host name or IP address, without scheme or port") { host in
            1...253 ~= host.utf8.count && host.utf8.allSatisfy { isLetterOrDigit($0) || ".-_:%".utf8.contains($0) }
                && (!host.utf8.contains(UInt8(ascii: ":")) || isIPv6(host))
        }
    }

    /// A literal address of this machine.
    static var address: Self {
        text("an IP address of this machine, without port; 0.0.0.0 stands for all") { isIPv4($0) || isIPv6($0) }
    }

    private static func isIPv4(_ text: String) -> Bool {
        var address = in_addr()
        return inet_pton(AF_INET, text, &address) == 1
    }

    /// An IPv6 address; a link-local one names an interface behind `%`.
    private static func isIPv6(_ host: String) -> Bool {
        let parts = host.lowercased().split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        var address = in6_addr()
        return inet_pton(AF_INET6, String(parts[0]), &address) == 1 && (parts.count == 1 || parts[0].hasPrefix("fe80:"))
    }

    /// The name of a topic, as opposed to a filter.
    static var topic: Self {
        text("a topic of 1 to 256 bytes without +, # or empty levels, not beginning with $", fault: faultOfTopic) {
            faultOfTopic($0) == nil
        }
    }

    /// Why a text is no topic for a setting.
    @Sendable private static func faultOfTopic(_ text: String) -> String? {
        if let fault = Topic.fault(in: text) { return fault.description }
        if text.utf8.count > 256 { return "a topic here has at most 256 bytes, this one has \(text.utf8.count)" }
        let levels = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return levels.contains { $0.isEmpty } ? "a topic must not have an empty level, before, behind or between two /" : nil
    }

    /// The name of a topic, or one with `+` in the place of levels.
    static var topicOrPattern: Self {
        text("\(topic.allowed); a level may be + alone, for any", fault: faultOfPattern) { faultOfPattern($0) == nil }
    }

    @Sendable private static func faultOfPattern(_ text: String) -> String? {
        if text.contains("#") { return "# stands for any number of levels, and a meter's name is made of single ones: write a + for each" }
        let isPattern = TopicPattern(text) != nil
        if !isPattern, text.contains("+") { return "a + stands for a whole level, between two /" }
        return faultOfTopic(isPattern ? text.replacing("+", with: "-") : text)
    }

    /// A name, or what makes names of many meters.
    static var meterName: Self {
        text("1 to 64 letters, digits, _ or -") { MeterName.isWellFormed($0) || $0.contains("{") && MeterNameTemplate($0) != nil }
    }

    /// Control characters belong in no name, path or topic, and MQTT takes no noncharacters either; what holds one was cut
    /// or pasted wrongly.
    private static func isPrintable(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control && !$0.properties.isNoncharacterCodePoint }
    }
}

extension SettingCodec where Value == Int {
    /// Minutes east of UTC, written `+01:00`, `-03:30` or `Z`.
    static var utcOffset: Self {
        SettingCodec(allowed: "\"+HH:MM\" or \"-HH:MM\" from -12:00 to +14:00, or \"Z\"", readsLiterals: false, schema: .schema("string")) {
            guard case .text(let written) = $0 else { return nil }
            if written == "Z" { return 0 }
            let text = Array(written.utf8)
            guard text.count == 6, text[3] == UInt8(ascii: ":"), isDigit(text[1]), isDigit(text[2]), isDigit(text[4]),
                isDigit(text[5]), text[0] == UInt8(ascii: "+") || text[0] == UInt8(ascii: "-")
            else { return nil }
            let digits = [1, 2, 4, 5].map { Int(text[$0] - UInt8(ascii: "0")) }
            let minutes = (digits[0] * 10 + digits[1]) * 60 + digits[2] * 10 + digits[3]
            let offset = text[0] == UInt8(ascii: "-") ? -minutes : minutes
            return digits[2] < 6 && -720...840 ~= offset ? offset : nil
        } encode: { offset in
            let digits = [abs(offset) / 60, abs(offset) % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
            return .text((offset < 0 ? "-" : "+") + digits.joined(separator: ":"))
        }
    }
}

private func isDigit(_ byte: UInt8) -> Bool {
    UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
}

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
    isDigit(byte) || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
}
