/// Where a broker listens.
package struct BrokerAddress: Sendable, Hashable, CustomStringConvertible {
    package var host: String
    package var port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// `host:port`, for messages.
    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// A broker as `mqtt.host` names it: `name`, or `name:port` where its port is not `mqtt.port`.
package struct BrokerHost: Sendable, Hashable {
    package var name: String
    /// `nil`: `mqtt.port`.
    package var port: Int?

    package init(_ name: String, port: Int? = nil) {
        self.name = name
        self.port = port
    }
}

extension MQTTSettings {
    /// The brokers in the order in which they are tried; at least one.
    package var brokers: [BrokerAddress] { hosts.map { BrokerAddress(host: $0.name, port: $0.port ?? port) } }

    /// All of them, for messages that are about none in particular.
    package var allBrokers: String { brokers.map(\.description).joined(separator: ", ") }

    /// The same with this broker alone.
    package func only(_ broker: BrokerAddress) -> MQTTSettings {
        var settings = self
        settings.hosts = [BrokerHost(broker.host, port: broker.port)]
        return settings
    }

    /// Whether another configuration names one of these brokers too: those of a list are nodes of one cluster.
    package func sharesBroker(with other: MQTTSettings) -> Bool { !Set(brokers).isDisjoint(with: other.brokers) }

    /// The name of the lock on this machine that a program holds while it uses a client id at these brokers. The prefix does not
    /// matter: one client id is enough for a broker to throw the older of two programs out.
    package func lock(clientId: String) -> String {
        let names = brokers.map { broker in
            let host = broker.host.lowercased()
            return "\(["127.0.0.1", "::1"].contains(host) ? "localhost" : host):\(broker.port)"
        }
        return "\(names.sorted().joined(separator: ","))/\(clientId)"
    }
}
