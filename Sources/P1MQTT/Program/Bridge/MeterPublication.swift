import P1MQTTBroker
import P1MQTTHomeAssistant
import P1MQTTMeter
import P1MQTTSystem
import P1Parser

/// What becomes of the accepted telegrams of one meter: each becomes a complete document, and each consumer makes of that
/// what it has to say. A pure value: it returns the messages.
struct MeterPublication {
    /// What is due after a telegram.
    struct Outcome {
        /// Retained topics to delete, before the messages.
        var forgotten: [String] = []
        var messages: [Message] = []
        /// Registers that the guard began to hold back.
        var holds: [RegisterHold] = []
        /// What the telegram means.
        var document: CompletedDocument?
    }

    let topics: MeterTopics
    /// What is known of the meter, for `bridge/info`; changes are noticed by comparison.
    var identity = MeterIdentity()
    /// Seconds that its clock was ahead when the last telegram came; `nil` where it sends no time.
    private(set) var clockOffset: Int64?
    private(set) var history: HistoryBuffer?
    /// Whether `samples` are kept.
    private var keepsSamples: Bool
    /// The numbers of the last telegram, while the meter is there.
    private(set) var samples: MeterSamples?
    /// When it came, milliseconds since 1970.
    private(set) var lastTelegram: Int64?
    private let numbers: EventNumbers
    private let publishesRaw: Bool
    private let isEmulated: Bool

    private var interpreter: TelegramInterpreter
    private var discovery: MeterDiscovery
    private var events = MeterEventWatch()
    private var mean: IntervalMean
    private var values: ValueMessages
    private var mbus = MBusAvailability()
    private var board = AvailabilityBoard()
    /// What was said last of the meters on the M-Bus, while the meter itself is there.
    private var said: [(channel: Int, isOnline: Bool)]?

    init(_ settings: MeterSettings, all: Settings, claims: DiscoveryClaims, numbers: EventNumbers) {
        self.numbers = numbers
        topics = all.topics(of: settings.name)
        publishesRaw = all.publish.raw
        isEmulated = settings.isEmulated
        keepsSamples = all.metrics.listen != nil
        history = all.publish.history ? HistoryBuffer(meters: all.maximumMeters, keepAlive: all.mqtt.keepAlive) : nil
        interpreter = TelegramInterpreter(settings.interpretation(all))
        mean = IntervalMean(seconds: all.publish.minimumInterval)
        values = ValueMessages(topics: topics, qos: all.mqtt.qos, retain: all.mqtt.retain, publish: all.publish)
        discovery = MeterDiscovery(
            settings: all.homeAssistant, topics: DiscoveryTopics(topics), version: P1MQTTCommand.version, claims: claims)
    }

    /// Takes the next telegram.
    mutating func take(_ telegram: Telegram, at now: Moment, isBrokerAway: Bool) -> Outcome {
        let (document, holds) = interpreter.complete(telegram, arrival: now.utc / 1000)
        identity.learn(from: telegram, document, encryption: telegram.frame.seal?.evidence)
        clockOffset = document.clockOffset
        lastTelegram = now.utc
        if keepsSamples { samples = MeterSamples(document) }

        let devices = discovery.update(document)
        var messages = availability(of: document, at: now) + devices.publish
        if publishesRaw {
            messages.append(Message(topic: topics.raw, payload: telegram.frame.bytes, qos: 0, retain: false, kind: .passing))
        }
        messages += (holds.map(\.event) + events.look(at: document)).map { $0.message(topics, seq: numbers.take()) }
        history?.add(at: document.time ?? now.utc / 1000, isBrokerAway: isBrokerAway) { document.json(seq: $0) }
        if let due = mean.add(document, at: now) { messages += values.messages(for: due, at: now) }
        return Outcome(forgotten: devices.forget, messages: messages, holds: holds, document: document)
    }

    /// Takes the document that an earlier run published, before the first telegram.
    mutating func recall(_ earlier: JSONTree) -> Outcome {
        interpreter.recall(earlier)
        events.recall(earlier)
        mbus.recall(earlier)
        let devices = discovery.recall(earlier)
        return Outcome(forgotten: devices.forget, messages: devices.publish)
    }

    /// The next messages of an outage that is over, at most `limit`.
    mutating func takeHistory(_ limit: Int) -> [Message] {
        (history?.take(limit) ?? []).map {
            Message(topic: topics.history, payload: $0.json, qos: 1, retain: false, kind: .history)
        }
    }

    /// Follows another configuration that has this meter as it is.
    mutating func goOn(in all: Settings) {
        keepsSamples = all.metrics.listen != nil
        history?.share(among: all.maximumMeters)
    }

    // MARK: - Availability

    private mutating func availability(of document: CompletedDocument, at now: Moment) -> [Message] {
        mbus.update(document, at: now)
        let states = mbus.states
        if let said, said.elementsEqual(states, by: ==) { return [] }
        said = states
        var changes = board.set(topics.availability, isOnline: true)
        for (channel, isOnline) in states {
            changes += board.set(topics.mbusAvailability(channel), isOnline: isOnline)
        }
        return changes
    }

    /// The meter is not heard any more, and with it those on its M-Bus.
    mutating func goOffline() -> [Message] {
        said = nil
        samples = nil
        return availabilityTopics.flatMap { board.set($0, isOnline: false) }
    }

    private var availabilityTopics: [String] { [topics.availability] + mbus.states.map { topics.mbusAvailability($0.channel) } }

    // MARK: - The end

    /// The end of the meter while the program goes on. An emulated one leaves nothing but `offline` behind.
    /// - Parameter isGone: whether its topics are in the configuration no more; then nothing at all is left.
    mutating func leave(isGone: Bool) -> Outcome {
        var outcome = Outcome()
        if isGone || isEmulated { outcome.forgotten = discovery.leave() + values.retained(identity.slots) }
        if isGone { outcome.forgotten += availabilityTopics } else { outcome.messages = goOffline() }
        return outcome
    }

    /// The end of a meter of which nothing was heard but what an earlier run published: nothing is left of that.
    mutating func leave(after earlier: JSONTree) -> Outcome {
        _ = recall(earlier)
        identity.slots = DocumentLayout.shared.places.indices.filter { slot in
            earlier.at(DocumentLayout.shared.places[slot].path).map { $0 != .null } ?? false
        }
        return leave(isGone: true)
    }

    /// Retained topics to delete at a clean end: an emulated meter leaves nothing behind but `offline`.
    var leftovers: [String] {
        isEmulated ? discovery.leftovers + values.retained(identity.slots) : discovery.leftovers
    }
}
