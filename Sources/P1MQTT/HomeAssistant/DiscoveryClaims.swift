/// Which meter announces which device. Two meters of one bridge that change places each give up a device that the other
/// announces by then: it must not be deleted. Lives on the input thread.
package final class DiscoveryClaims {
    /// Prefix of the meter's topics, by the topic of the configuration.
    private var owners: [String: String] = [:]

    package init() {}

    func claim(_ topic: String, by meter: String) {
        owners[topic] = meter
    }

    /// Gives a device up. Returns whether it is to be deleted: nobody else announces it.
    package func release(_ topic: String, by meter: String) -> Bool {
        guard owners[topic, default: meter] == meter else { return false }
        owners[topic] = nil
        return true
    }
}
