import P1MQTTHomeAssistant
import P1MQTTInput
import P1MQTTMeter
import P1Parser

/// What the telegrams of a capture lead to, without a broker: the values of the last one, and the devices of all.
struct TelegramPreview {
    private let topics: MeterTopics
    private var reader: TelegramReader
    private var interpreter: TelegramInterpreter
    private var discovery: MeterDiscovery
    private var values: ValueMessages
    private var mbus = MBusAvailability()
    private var last: Telegram?
    private var hasReportedDLMS = false
    /// What could not be used, for people.
    private(set) var problems: [String] = []

    /// - Parameters:
    ///   - prefix: the first levels of all topics.
    ///   - utcOffset: minutes that the meter's standard time is ahead of UTC; `nil`: what is known of the meter.
    ///   - language: of the names in Home Assistant.
    ///   - cipher: deciphers encrypted telegrams; without it they cannot be used.
    init(prefix: String, utcOffset: Int?, language: Language, cipher: MeterCipher? = nil) {
        reader = TelegramReader(cipher: cipher)
        topics = MeterTopics(bridgePrefix: prefix, meterName: nil)
        var options = TelegramInterpreter.Options(utcOffset: utcOffset)
        options.cleansTexts = true
        interpreter = TelegramInterpreter(options)
        discovery = MeterDiscovery(
            settings: HomeAssistantSettings(language: language), topics: DiscoveryTopics(topics),
            version: P1MQTTCommand.version)
        values = ValueMessages(topics: topics, qos: 0, retain: true, publish: PublishSettings())
    }

    mutating func feed(_ bytes: [UInt8]) {
        var events: [TelegramReader.Event] = []
        reader.feed(bytes.span) { events.append($0) }
        events.forEach { handle($0) }
    }

    /// Ends the capture.
    ///
    /// - Returns: discovery, availability, and the values of the last telegram, in the order in which they are published;
    ///   nothing when no telegram could be used.
    mutating func finish() -> [Message] {
        var events: [TelegramReader.Event] = []
        reader.finish { events.append($0) }
        events.forEach { handle($0) }
        guard let last else {
            problems.append("no telegram that can be used was found")
            return []
        }
        // A device is announced after two telegrams, a code that is not known is published after three.
        var messages: [Message] = []
        for _ in 0..<UnknownCodes.telegrams { messages = take(last) }
        let online = [topics.availability] + mbus.states.filter(\.isOnline).map { topics.mbusAvailability($0.channel) }
        return discovery.announcement
            + online.map { Message(topic: $0, text: "online", qos: 1, retain: true, kind: .availability) } + messages
    }

    private mutating func handle(_ event: TelegramReader.Event) {
        switch event {
        case .telegram(let telegram):
            for issue in telegram.issues {
                problems.append("line at offset \(telegram.frame.offset + issue.offset): \(issue.reason.description)")
            }
            last = telegram
            _ = take(telegram)
        case .rejected(let rejection):
            if rejection.isBinaryDLMS, hasReportedDLMS { break }
            hasReportedDLMS = hasReportedDLMS || rejection.isBinaryDLMS
            problems.append("at offset \(rejection.offset): \(rejection.advice(.options))")
        // A telegram that was sent twice is not a damaged one.
        case .remark(.oldCounter, _), .skipped: break
        case .remark(let remark, let envelope):
            problems.append("at offset \(envelope.offset): \(remark.advice(.options))")
        }
    }

    private mutating func take(_ telegram: Telegram) -> [Message] {
        let now = Moment(monotonic: 0, utc: 0)
        let document = interpreter.complete(telegram, arrival: nil).document
        mbus.update(document, at: now)
        _ = discovery.update(document)
        return values.messages(for: document, at: now)
    }
}
