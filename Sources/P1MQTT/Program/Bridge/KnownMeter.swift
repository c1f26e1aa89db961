import P1MQTTMeter
import P1Parser

/// Which meter is on the line, as far as its telegrams have shown. One telegram changes nothing: that of another meter
/// waits for a second one like it, and so does the very first one where neither a checksum nor a tag vouches for it.
/// What is published, announced, compared or derived never comes from a stranger's telegram or from noise.
struct KnownMeter {
    /// What became of a telegram.
    struct Admission {
        /// Those of the meter that is known to be there, in their order: this one, behind the one that waited for it.
        var telegrams: [(telegram: Telegram, at: Moment)] = []
        /// The one that waited, and no second one came.
        var stranger: Telegram?
    }

    /// What a telegram says of its meter.
    private struct Sign {
        /// As it is published; `nil` without one that says anything.
        let id: String?
        let header: String

        init(id: String?, header: String) {
            self.id = id
            self.header = header
        }

        init(_ telegram: Telegram) {
            id = telegram.electricityId.map { telegram.string($0.text).printable }
            header = telegram.meterType.printable
        }

        init?(_ earlier: JSONTree) {
            guard let header = earlier["meterType"]?.text else { return nil }
            self.header = header
            id = earlier["serialNumber"]?.text.flatMap { _ in earlier["equipmentId"]?.text }
        }

        /// Whether this is a meter that was seen before. An id may have got lost on the line: then the header tells.
        func isThat(of other: Sign) -> Bool { id == nil ? header == other.header : id == other.id }
    }

    private var known: Sign?
    private var waiting: (sign: Sign, telegram: Telegram, at: Moment)?

    /// Takes the next telegram.
    mutating func admit(_ telegram: Telegram, at now: Moment) -> Admission {
        let sign = Sign(telegram)
        let first = waiting.take()
        if let first, sign.isThat(of: first.sign) {
            known = first.sign
            return Admission(telegrams: [(first.telegram, first.at), (telegram, now)])
        }
        if known.map(sign.isThat) ?? telegram.frame.isProven {
            // The header of a meter may change with its software.
            known = Sign(id: sign.id ?? known?.id, header: sign.header)
            return Admission(telegrams: [(telegram, now)], stranger: first?.telegram)
        }
        waiting = (sign, telegram, now)
        return Admission(stranger: first?.telegram)
    }

    /// Takes the document that an earlier run published: it counts as the first telegram of its meter.
    mutating func recall(_ earlier: JSONTree) {
        if known == nil { known = Sign(earlier) }
    }

    /// The end of a capture. Its only telegram has no second one.
    mutating func finish() -> [(telegram: Telegram, at: Moment)] {
        guard known == nil, let last = waiting.take() else { return [] }
        return [(last.telegram, last.at)]
    }
}
