import P1MQTTMeter
package import P1MQTTSystem

/// The broker and how to speak to it.
package struct MQTTSettings: Sendable, Equatable {
    /// One, or the nodes of a cluster in the order in which they are tried.
    package var hosts = [BrokerHost("localhost")]
    /// Of those that have none of their own.
    package var port = 1883
    package var version = MQTTVersion.v311
    /// `nil`: `p1mqtt-` and an id of the machine and the prefix.
    package var clientId: String?
    package var username: String?
    package var password: Secret?
    package var passwordFile: String?
    package var topicPrefix = MeterTopics.standardPrefix
    /// Quality of service (0, 1 or 2) of value topics and of the JSON document.
    package var qos = 0
    /// Whether value topics and the JSON document are retained.
    package var retain = true
    /// Seconds, 5 to 65535.
    package var keepAlive = 60
    package var tls = TLSSettings()

    /// The first broker; to set it is to name one alone.
    package var host: String {
        get { hosts.first?.name ?? "" }
        set { hosts = [BrokerHost(newValue)] }
    }

    package init(
        host: String = "localhost", port: Int = 1883, version: MQTTVersion = MQTTVersion.v311, clientId: String? = nil,
        username: String? = nil, password: Secret? = nil, passwordFile: String? = nil, topicPrefix: String = MeterTopics.standardPrefix,
        qos: Int = 0, retain: Bool = true, keepAlive: Int = 60, tls: TLSSettings = TLSSettings()
    ) {
        hosts = [BrokerHost(host)]
        self.port = port
        self.version = version
        self.clientId = clientId
        self.username = username
        self.password = password
        self.passwordFile = passwordFile
        self.topicPrefix = topicPrefix
        self.qos = qos
        self.retain = retain
        self.keepAlive = keepAlive
        self.tls = tls
    }
}

package enum MQTTVersion: String, Sendable, CaseIterable {
    case v311 = "3.1.1"
    case v5 = "5"
}

package struct TLSSettings: Sendable, Equatable {
    package var enabled = false
    /// `nil`: the certificate authorities of the system.
    package var caFile: String?
    package var certificateFile: String?
    package var keyFile: String?
    /// `false` accepts any certificate and any host name, and is logged as such.
    package var verify = true
}
