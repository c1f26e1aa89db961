import P1MQTTHomeAssistant
import P1MQTTInput
import P1MQTTMeter
import P1Parser

/// What the telegrams of a capture lead to, without a broker: the values of the last one, and the devices of all.
struct TelegramPreview {
    private let topics: MeterTopics
    private var framer: Framer
    private var seals: SealPolicy
    private var checksums = ChecksumPolicy(.auto)
    private var context: Document.Context
    private var discovery: MeterDiscovery
    private var values: ValueMessages
    private var mbus = MBusAvailability()
    private var last: Telegram?
    /// What could not be used, for people.
    private(set) var problems: [String] = []

    /// - Parameters:
    ///   - prefix: the first levels of all topics.
    ///   - utcOffset: minutes that the meter's standard time is ahead of UTC; `nil`: what is known of the meter.
    ///   - language: of the names in Home Assistant.
    ///   - cipher: deciphers encrypted telegrams; without it they cannot be used.
    init(prefix: String, utcOffset: Int?, language: Language, cipher: MeterCipher? = nil) {
        framer = Framer(cipher: cipher)
        seals = SealPolicy(hasAuthenticationKey: cipher?.hasAuthenticationKey ?? false, remedies: .options)
        topics = MeterTopics(bridgePrefix: prefix, meterName: nil)
        context = Document.Context(utcOffset: utcOffset)
        discovery = MeterDiscovery(
            settings: HomeAssistantSettings(language: language), topics: DiscoveryTopics(topics),
            version: P1MQTTCommand.version)
        values = ValueMessages(topics: topics, qos: 0, retain: true, publish: PublishSettings())
    }

    mutating func feed(_ bytes: [UInt8]) {
        var events: [Framer.Event] = []
        framer.feed(bytes.span) { events.append($0) }
        events.forEach { handle($0) }
    }

    /// Ends the capture.
    ///
    /// - Returns: discovery, availability, and the values of the last telegram, in the order in which they are published;
    ///   nothing when no telegram could be used.
    mutating func finish() -> [Message] {
        var events: [Framer.Event] = []
        framer.finish { events.append($0) }
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

    private mutating func handle(_ event: Framer.Event) {
        switch event {
        case .frame(let frame):
            guard isAccepted(frame) else { return }
            switch checksums.judge(frame) {
            case .accept:
                let telegram = Telegram(frame)
                for issue in telegram.issues where issue.reason != .noEndLine {
                    problems.append("line at offset \(frame.offset + issue.offset): \(issue.reason.description)")
                }
                last = telegram
                _ = take(telegram)
            case .refuse(_, let reason):
                problems.append("telegram at offset \(frame.offset) refused: \(reason)")
            }
        case .discarded(let discard):
            switch discard.reason {
            case .noise: break
            case .cutOff, .tooLong: problems.append("telegram at offset \(discard.offset) is not whole")
            case .sealed(let envelope, let failure): note(seals.judge(envelope, failure, count: discard.count))
            }
        }
    }

    /// Whether the encryption of a telegram, if it was encrypted, is in order.
    private mutating func isAccepted(_ frame: Frame) -> Bool {
        guard let seal = frame.seal else { return true }
        switch seals.judge(seal) {
        case .accept(let remarks):
            remarks.forEach { note($0) }
            return true
        case .refuse(let remark):
            note(remark)
            return false
        }
    }

    private mutating func note(_ remark: SealPolicy.Remark) {
        problems.append("encrypted telegram: \(remark.reason). \(remark.remedy)")
    }

    private mutating func take(_ telegram: Telegram) -> [Message] {
        let now = Moment(monotonic: 0, utc: 0)
        var document = Document(telegram, &context)
        document.cleanTexts()
        mbus.update(document, at: now)
        _ = discovery.update(document, dialect: telegram.dialect)
        return values.messages(for: document, at: now)
    }
}
