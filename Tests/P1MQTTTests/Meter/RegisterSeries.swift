import P1Parser
@testable import P1MQTT
@testable import P1MQTTMeter

/// Telegrams of a meter with one register, ten seconds apart unless said otherwise, and what the guard lets through.
struct RegisterSeries {
    static let start: Int64 = 1_800_000_000

    var guarded: RegisterGuard
    var time = start
    var id = "E1"

    init(maximumPower: Double = 100) {
        guarded = RegisterGuard(maximumPower: maximumPower)
    }

    /// `electricity/received/tariff1` as the document of the next telegram has it; in brackets when it is held.
    mutating func electricity(_ value: String, after seconds: Int64 = 10) -> (shown: String, holds: [RegisterHold]) {
        time += seconds
        var document = Document(at: time, id: id)
        document["electricity/received/tariff1"] = .quantity(.of(value), .kWh)
        let holds = guarded.judge(&document)
        return (document.shown("electricity/received/tariff1"), holds)
    }

    /// `gas/reading` of a reading that was taken at a time; `nil` where the meter does not say.
    mutating func gas(_ value: String, at reading: Int64?, after seconds: Int64 = 10, _ unit: MeterUnit = .m3) -> (
        shown: String, holds: [RegisterHold]
    ) {
        time += seconds
        var document = Document(at: time, id: id)
        document.mbus.choose(1, for: .gas)
        for parent in ["gas", "mbus/1"] {
            document[parent + "/equipmentId"] = .text("G1")
            document[parent + "/timestamp"] = reading.map(Document.Value.time)
            document[parent + "/reading"] = .quantity(.of(value), unit)
        }
        let holds = guarded.judge(&document)
        let shown = document.shown("gas/reading")
        return (shown == document.shown("mbus/1/reading") ? shown : "differs from mbus/1", holds)
    }
}

extension Document {
    init(at time: Int64, id: String) {
        var context = Context(arrival: time)
        self.init(Telegram(Frame.empty), &context)
        self["equipmentId"] = .text(id)
        self["timestamp"] = .time(time)
    }

    func shown(_ path: String) -> String {
        guard case .quantity(let value, _)? = self[path] else { return "nothing" }
        return held.contains(DocumentLayout.shared.slot(path)) ? "[\(value)]" : "\(value)"
    }
}

extension FixedDecimal {
    /// A number that a test is sure of.
    static func of(_ text: String) -> FixedDecimal {
        guard let number = FixedDecimal(text) else { preconditionFailure("\(text) is no number") }
        return number
    }
}

extension Frame {
    /// A telegram without a line.
    fileprivate static var empty: Frame {
        var frames: [Frame] = []
        var framer = Framer()
        framer.feed(TelegramFixture.bytes([]).span) { if case .frame(let frame) = $0 { frames.append(frame) } }
        return frames[0]
    }
}
