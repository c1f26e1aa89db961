import Logging
import P1MQTTBroker
import P1MQTTInput
import P1MQTTMeter
import P1Parser

/// Counts what goes wrong with the telegrams of one meter, and reports it in the log and on `bridge/event`: each kind
/// at once, then once an hour at most.
struct MeterFaults {
    var counts = TelegramCounts()

    private let meter: String?
    private let topics: BridgeTopics
    private let numbers: EventNumbers
    private let outbox: Outbox
    private let logger: Logger
    private let reported: ReportLog

    /// - Parameters:
    ///   - meter: the name of the meter; `nil` for the one without a name.
    ///   - topics: of the program, for the events.
    ///   - numbers: of the events of the program.
    ///   - outbox: where they go.
    ///   - logger: with the name of the meter.
    ///   - reported: what was reported so far, of this meter or of all of its fleet.
    init(meter: String?, topics: BridgeTopics, numbers: EventNumbers, outbox: Outbox, logger: Logger, reported: ReportLog) {
        self.meter = meter
        self.topics = topics
        self.reported = reported
        self.numbers = numbers
        self.outbox = outbox
        self.logger = logger
    }

    mutating func note(_ fault: TelegramCounts.Fault, _ reason: String, remedy: String? = nil, at now: Moment) {
        counts[fault] += 1
        let remedy = remedy ?? fault.remedy
        guard let quiet = reported.faults.note(fault, at: now) else { return }
        // With a wrong key or profile nothing at all will be published until somebody changes a setting.
        let isFatal = [.noKey, .wrongKey, .wrongAuthenticationKey, .binaryDLMS].contains(fault)
        logger.log(level: isFatal ? .error : .warning, "\(reason.sanitised)\(Self.since(quiet)). \(remedy)")
        post(BridgeEvent(kind: .error, meter: meter, reason: reason.sanitised, remedy: remedy), at: now)
    }

    /// Reports what happened to the meter's source.
    func note(_ report: SourceReport, at now: Moment) {
        post(BridgeEvent(report, meter: meter), at: now)
    }

    private func post(_ event: BridgeEvent, at now: Moment) {
        outbox.post([event.message(topics, seq: numbers.take(), at: now)])
    }

    mutating func note(_ rejection: TelegramReader.Rejection, at now: Moment) {
        note(rejection.fault, rejection.description, remedy: rejection.remedy(), at: now)
    }

    mutating func note(_ remark: TelegramReader.Remark, at now: Moment) {
        note(remark.fault, remark.description, remedy: remark.remedy(), at: now)
    }

    /// A telegram whose meter was not seen again.
    mutating func note(stranger telegram: Telegram, at now: Moment) {
        let meter = telegram.electricityId.map { "equipment id \(telegram.string($0.text))" } ?? telegram.meterType
        note(.stranger, "a telegram of another meter came (\(meter)), and no second one behind it", at: now)
    }

    /// A register that is held has an event of its own.
    mutating func note(_ hold: RegisterHold, at now: Moment) {
        counts[.heldRegister] += 1
        guard let quiet = reported.faults.note(.heldRegister, at: now) else { return }
        logger.warning("\(hold)\(Self.since(quiet)). \(hold.remedy)")
    }

    mutating func noteIssues(of telegram: Telegram, at now: Moment) {
        for issue in telegram.issues {
            if issue.reason == .noEndLine {
                // The end of a capture; anywhere else the framer waits for the end line.
                note(.damagedLine, "the last telegram has no end line (!)", remedy: "It is used as far as it goes.", at: now)
            } else {
                note(.damagedLine, "\(issue.reason.description): \(telegram.string(issue.line))", at: now)
            }
        }
    }

    private static func since(_ quiet: Int) -> String {
        quiet == 0 ? "" : " (and \(quiet) more since this was last reported)"
    }
}
