import P1MQTTMeter

/// The URL of a source: who is asked, how, and for what.
package struct HTTPURL: Sendable, Equatable {
    package enum Scheme: String, Sendable {
        case http, https, ws, wss

        var isTLS: Bool { self == .https || self == .wss }
        fileprivate var port: Int { isTLS ? 443 : 80 }
    }

    package var scheme: Scheme
    /// A name or an address, without brackets.
    package var host: String
    package var port: Int
    /// From the first `/` on.
    package var path: String

    package init(scheme: Scheme, host: String, port: Int? = nil, path: String) {
        self.scheme = scheme
        self.host = host
        self.port = port ?? scheme.port
        self.path = path
    }

    /// What a text is not that should be one.
    package enum Fault: Error {
        case scheme, user, host, port, path

        package var text: String {
            switch self {
            case .scheme: "it begins with none of the schemes"
            case .user: "a user name or password has no place in it"
            case .host: "the host is no name or address (an IPv6 address stands in [ ])"
            case .port: "the port is no number from 1 to 65535"
            case .path: "behind the host it has characters that a URL cannot have, or more than 1000 of them"
            }
        }
    }

    package init(_ text: String, schemes: [Scheme]) throws(Fault) {
        guard let mark = text.firstRange(of: "://"), let scheme = Scheme(rawValue: text[..<mark.lowerBound].lowercased()),
            schemes.contains(scheme)
        else { throw .scheme }
        let rest = text[mark.upperBound...]
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let (host, port) = try Self.authority(rest[..<end])
        let path = rest[end...].first == "/" ? String(rest[end...]) : "/" + rest[end...]
        guard path.utf8.count <= 1000, path.utf8.allSatisfy({ 0x21...0x7E ~= $0 && $0 != UInt8(ascii: "#") }) else { throw .path }
        self.init(scheme: scheme, host: host, port: port, path: path)
    }

    /// `HOST`, `HOST:PORT`, and an IPv6 address in brackets.
    package static func authority(_ text: Substring) throws(Fault) -> (host: String, port: Int?) {
        guard !text.contains("@") else { throw .user }
        var (host, behind) = (text, Substring())
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { throw .host }
            (host, behind) = (text[..<end].dropFirst(), text[end...].dropFirst())
            guard host.contains(":"), behind.isEmpty || behind.first == ":" else { throw .host }
        } else if let colon = text.firstIndex(of: ":") {
            (host, behind) = (text[..<colon], text[colon...])
        }
        // In a URL the name of an interface stands behind %25, which is a %.
        let name = host.replacing("%25", with: "%")
        let isName = name.utf8.allSatisfy { byte in
            UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
                || ".-_".utf8.contains(byte)
        }
        guard 1...253 ~= name.utf8.count, isName || SocketAddress.numeric(String(name), port: 0) != nil else { throw .host }
        guard !behind.isEmpty else { return (String(name), nil) }
        let digits = behind.dropFirst()
        guard digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let port = Int(digits), 1...65535 ~= port else { throw .port }
        return (String(name), port)
    }

    package var text: String { origin + path }

    /// For logs: what stands behind a `?` may be a secret.
    package var shown: String { (origin + path.prefix { $0 != "?" }).sanitised }

    private var origin: String {
        let address = host.contains(":") ? "[\(host.replacing("%", with: "%25"))]" : host
        return "\(scheme.rawValue)://\(address)" + (port == scheme.port ? "" : ":\(port)")
    }
}
