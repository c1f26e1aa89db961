import P1MQTTInput
import P1MQTTMeter

/// Something that happened to the bridge: `p1/bridge/event`, JSON, not retained, confirmed by the broker. The names are the events of
/// node-p1-reader where it has one.
struct BridgeEvent: Sendable {
    enum Kind: String, Sendable {
        /// The source was opened.
        case connected
        /// Something went wrong; more may come.
        case error
        /// The source is gone, silent or at its end.
        case close
    }

    var kind: Kind
    /// The name of the meter; `nil` for the one without a name.
    var meter: String?
    var source: String?
    var reason: String
    var remedy: String?

    init(kind: Kind, meter: String?, source: String? = nil, reason: String, remedy: String? = nil) {
        self.kind = kind
        self.meter = meter
        self.source = source
        self.reason = reason
        self.remedy = remedy
    }

    init(_ report: SourceReport, meter: String?) {
        let kind: Kind =
            switch report.kind {
            case .connected, .recovered: .connected
            case .failed, .unreadable, .silent: .error
            case .ended: .close
            }
        self.init(kind: kind, meter: meter, source: report.source, reason: report.reason, remedy: report.remedy)
    }

    /// - Parameter seq: its number among the events of the program.
    func message(_ topics: BridgeTopics, seq: Int64, at now: Moment) -> Message {
        let payload = JSONWriter.object {
            $0.member("event", kind.rawValue)
            $0.member("meter", meter)
            $0.member("time", time: now.utc / 1000)
            $0.member("seq", seq)
            $0.member("source", source?.sanitised)
            $0.member("reason", reason.sanitised)
            $0.member("remedy", remedy)
        }
        return Message(topic: topics.event, payload: payload, qos: 1, retain: false, kind: .bridgeEvent)
    }
}
