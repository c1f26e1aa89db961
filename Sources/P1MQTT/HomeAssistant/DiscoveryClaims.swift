/// Which meters of one bridge announce which devices. Two of them may have one equipment id: then the first in the
/// configuration has the device with that id, whichever was heard first, and each other one has a device of its own.
/// Lives on the input thread.
package final class DiscoveryClaims {
    /// Places in the configuration, by prefix of the meter's topics.
    private var places: [String: Int] = [:]
    /// Prefixes of the topics of the meters that have an id, by their places.
    private var meters: [String: [String]] = [:]
    /// Rises with each change that gives another meter the device of an id.
    package private(set) var revision = 0

    /// - Parameter meters: prefixes of their topics, in the order of the configuration.
    package init(meters: [String] = []) {
        order(meters)
    }

    /// Takes another order.
    package func order(_ meters: [String]) {
        places = Dictionary(meters.enumerated().map { ($1, $0) }, uniquingKeysWith: min)
    }

    func claim(_ id: String, by meter: String) {
        var claimants = meters[id, default: []]
        guard !claimants.contains(meter) else { return }
        claimants.append(meter)
        claimants.sort { (places[$0] ?? .max, $0) < (places[$1] ?? .max, $1) }
        meters[id] = claimants
        if claimants.count > 1 { revision += 1 }
    }

    func release(_ id: String, by meter: String) {
        guard var claimants = meters[id], let index = claimants.firstIndex(of: meter) else { return }
        claimants.remove(at: index)
        meters[id] = claimants.isEmpty ? nil : claimants
        if !claimants.isEmpty { revision += 1 }
    }

    /// Whether no meter has this id.
    func isFree(_ id: String) -> Bool { meters[id] == nil }

    /// The object id of the device that a meter announces for this id.
    func objectId(of id: String, by meter: DiscoveryTopics) -> String {
        guard let first = meters[id]?.first, first != meter.meter else { return id }
        return DeviceId.second(id, of: meter.name ?? meter.meter)
    }
}
