/// What answers where no MQTT broker is, as far as its first bytes show.
enum ForeignAnswer: Equatable {
    /// A web server: the first line of its answer.
    case web(String)
    /// A port for TLS.
    case tls
    /// Anything else: its first line where that is text, such as the greeting of SSH.
    case other(String?)

    /// - Parameter bytes: the beginning of the answer to a CONNECT, at least one.
    /// - Returns: `nil` where it begins as that of a broker does, with a CONNACK.
    init?(_ bytes: some Collection<UInt8>) {
        if bytes.first == 0x20 { return nil }
        let line = bytes.prefix { $0 != 0x0D && $0 != 0x0A }
        let text = line.allSatisfy { 0x20..<0x7F ~= $0 } && !line.isEmpty ? String(decoding: line, as: UTF8.self) : nil
        if let text, text.hasPrefix("HTTP/") {
            self = .web(text)
        } else if bytes.starts(with: [0x15, 0x03]) {
            // An alert, the only record of TLS that answers what is no TLS.
            self = .tls
        } else {
            self = .other(text)
        }
    }

    var explanation: String {
        switch self {
        case .web(let line): "is a web server (\(line)), not an MQTT broker"
        case .tls: "speaks TLS only"
        case .other(let line): "answers, but not as an MQTT broker" + (line.map { " (\($0))" } ?? "")
        }
    }

    var remedy: String {
        switch self {
        case .web, .other: "check mqtt.host and mqtt.port: brokers usually listen on 1883, or on 8883 with TLS"
        case .tls: "set mqtt.tls.enabled, or mqtt.port to the broker's port without TLS"
        }
    }
}
