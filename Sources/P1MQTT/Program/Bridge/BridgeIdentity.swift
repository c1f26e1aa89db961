import Glibc
import P1MQTTBroker
import P1MQTTMeter
import P1MQTTSystem

/// Which program on which machine this is: stated in `bridge/info`, so that two under one prefix notice each other.
struct BridgeIdentity: Sendable {
    /// Random, new at each start.
    let instance: String
    let host: String
    /// Milliseconds since 1970.
    let started: Int64

    init(startedAt now: Moment, instance: UInt64 = .random(in: 0 ... .max), host: String = Self.hostName()) {
        let digits = String(instance, radix: 16)
        self.instance = String(repeating: "0", count: 16 - digits.count) + digits
        self.host = host
        started = now.utc
    }

    static func hostName() -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "unknown" }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// The client id when none is configured: the same at each start, another on each machine and for each prefix,
    /// so that a restart takes over its old connection and two bridges do not push each other out.
    static func clientId(prefix: String) -> String {
        let machine = SystemFile.text("/etc/machine-id") ?? hostName()
        // It spreads, and need not be secret.
        return "p1mqtt-" + String(UInt64(hashing: machine + "/" + prefix), radix: 16)
    }

    /// The same with the number of one of several workers.
    static func clientId(_ topics: BridgeTopics) -> String { clientId(prefix: topics.prefix) + (topics.worker.map { "-\($0)" } ?? "") }
}

extension Settings {
    /// Of several workers each has one of its own, so that all can have the same configuration.
    var clientId: String {
        mqtt.clientId.map { $0 + (share.share.map { "-\($0.worker)" } ?? "") } ?? BridgeIdentity.clientId(bridgeTopics)
    }
}
