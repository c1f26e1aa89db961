@testable import P1MQTTBroker

extension BrokerAddress {
    /// The broker of a test that is about none in particular.
    static let any = BrokerAddress(host: "b", port: 1)
}
