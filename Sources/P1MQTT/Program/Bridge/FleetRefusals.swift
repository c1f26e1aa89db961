import Logging
import P1MQTTMeter

/// Messages on the topics of a fleet that made no meter: counted, and of each cause the first said.
struct FleetRefusals {
    enum Cause: String, CaseIterable {
        /// There are as many meters as there may be.
        case tooMany
        /// Another topic leads to the same name.
        case sameName
        /// The topic leads to no name that a meter may have.
        case badName
        /// No good telegram was in it.
        case noTelegram

        fileprivate var remedy: String {
            switch self {
            case .tooMany: "raise maximumMeters, or let several workers share the meters"
            case .sameName: "the first of the two is the meter; make the name from another level, or give one of the devices another topic"
            case .badName:
                "a name is \(MeterName.maximumLength) letters, digits, _ or - at most, and no first level of the topics of this program"
            case .noTelegram: "a meter appears with its first good telegram; an encrypted one needs decryptionKey"
            }
        }

        /// Topics that are said.
        fileprivate var lines: Int { self == .sameName ? 8 : 1 }
    }

    private let logger: Logger
    private var counts: [Cause: Int] = [:]
    private var said: [Cause: Set<String>] = [:]

    /// - Parameter earlier: those of the configuration before: what is counted goes on, and what was said may be said again.
    init(logger: Logger, after earlier: FleetRefusals? = nil) {
        self.logger = logger
        counts = earlier?.counts ?? [:]
    }

    subscript(cause: Cause) -> Int { counts[cause] ?? 0 }

    mutating func note(_ cause: Cause, topic: String, _ reason: String) {
        counts[cause, default: 0] += 1
        let known = said[cause] ?? []
        guard known.count < cause.lines, !known.contains(topic) else { return }
        said[cause, default: []].insert(topic)
        let others = known.count + 1 < cause.lines ? "" : " More like it are only counted, in bridge/health."
        logger.warning("no meter for \(topic.sanitised): \(reason.sanitised); \(cause.remedy).\(others)")
    }
}
