/// The topics of one meter: its prefix, and the place of each value behind it.
struct MeterTopics: Sendable {
    /// The prefix of the bridge, `p1`.
    let bridgePrefix: String
    /// `p1` for a meter without a name, else `p1/NAME`.
    let prefix: String
    /// Made on first use: a meter sends a few dozen of the hundreds of places there are.
    private var topics: [String?]

    init(bridgePrefix: String, meterName: String?) {
        self.bridgePrefix = bridgePrefix
        prefix = meterName.map { bridgePrefix + "/" + $0 } ?? bridgePrefix
        topics = Array(repeating: nil, count: DocumentLayout.shared.places.count)
    }

    mutating func topic(of slot: DocumentLayout.Slot) -> String {
        if let known = topics[slot] { return known }
        let topic = prefix + "/" + DocumentLayout.shared.places[slot].path
        topics[slot] = topic
        return topic
    }

    var document: String { prefix + "/json" }
    var raw: String { prefix + "/raw" }
    var availability: String { prefix + "/availability" }

    var history: String { prefix + "/history" }

    func event(_ kind: MeterEvent.Kind) -> String { "\(prefix)/event/\(kind.rawValue)" }
    func mbusAvailability(_ channel: Int) -> String { "\(prefix)/mbus/\(channel)/availability" }
    func unknown(_ code: String) -> String { "\(prefix)/unknown/\(code)" }
}

extension DocumentLayout {
    /// First levels of topics, which no meter may have as its name.
    static let reservedNames: Set<String> = Set(
        shared.root.map(\.key) + ["availability", "bridge", "event", "held", "history", "json", "raw", "unknown"])
}
