import Logging
import P1MQTTBroker
import P1MQTTInput
import P1MQTTMeter
import P1MQTTSystem
import P1Parser

/// The meters of topics with `+`: each appears with its first good telegram, and is removed when none has come for long.
/// Lives on the input thread.
///
/// Nothing is kept of a topic that makes no meter, so that thousands of them cost nothing but the look at each telegram.
final class Fleet {
    /// One meter.
    final class Member {
        let topics: MeterTopics
        let name: String
        /// That of its telegrams.
        let topic: String
        let pipeline: MeterPipeline
        let feed: Feed
        /// What it was made of: the settings that stand for many.
        fileprivate(set) var settings: MeterSettings
        fileprivate let source: PushSource
        fileprivate var pattern: String { settings.fleet?.pattern.description ?? "" }
        /// Good telegrams at the last look.
        fileprivate var good = 0
        /// Monotonic milliseconds of the last look before which a good telegram had come.
        fileprivate var heard: Int64
        /// Places of the document that `bridge/topics` has of it.
        var reportedPlaces = 0

        fileprivate init(
            topics: MeterTopics, name: String, topic: String, settings: MeterSettings, pipeline: MeterPipeline, source: PushSource,
            at now: Moment
        ) {
            self.topics = topics
            self.name = name
            self.topic = topic
            self.settings = settings
            self.pipeline = pipeline
            self.source = source
            feed = Feed(source: source, consumer: pipeline)
            heard = now.monotonic
        }
    }

    /// What became of a message.
    enum Reception {
        /// No topic of these meters.
        case foreign
        /// It is not used.
        case ignored
        case pushed(Feed)
        case appeared(Member)
    }

    /// Makes the pipeline of a meter.
    typealias Maker = (_ settings: MeterSettings, _ reported: ReportLog, _ now: Moment) -> MeterPipeline

    /// Milliseconds between two looks for meters that are silent.
    private static let look: Int64 = 60_000
    /// Milliseconds for which meters of an earlier run are waited for, however old what they left is.
    private static let grace: Int64 = 86_400_000

    /// Meters of an earlier run that are removed at a time: each has its document read and some 50 topics deleted.
    private static let portion = 100

    private let settings: Settings
    /// The settings of each topic with `+`.
    let groups: [MeterSettings]
    private let names: FleetNames
    private let memory: BrokerMemory
    private let make: Maker
    private let reported: ReportLog
    private var lastLook: Int64
    private var nextLook: Int64
    private var nextLookBack: Int64

    /// By the topic of its telegrams.
    private(set) var members: [String: Member] = [:]
    /// The topic of the telegrams of each name.
    private var takenNames: [String: String] = [:]
    /// How many there are of each pattern.
    private(set) var sizes: [String: Int] = [:]
    private(set) var refusals: FleetRefusals
    private(set) var forgotten = 0
    /// Of those that were forgotten.
    private(set) var earlierCounts = TelegramCounts()

    /// - Parameters:
    ///   - earlier: the one whose place this one takes, and the prefixes of those of its meters that go on here.
    ///   - make: makes the pipeline of a meter that appears.
    /// - Returns: `nil` where no topic stands for many meters.
    init?(
        _ settings: Settings, memory: BrokerMemory, logger: Logger, after earlier: (fleet: Fleet?, kept: Set<String>) = (nil, []),
        at now: Moment, make: @escaping Maker
    ) {
        guard let names = settings.fleetNames else { return nil }
        self.settings = settings
        self.names = names
        self.memory = memory
        self.make = make
        groups = settings.fleets
        reported = earlier.fleet?.reported ?? ReportLog()
        refusals = FleetRefusals(logger: logger, after: earlier.fleet?.refusals)
        (forgotten, earlierCounts) = (earlier.fleet?.forgotten ?? 0, earlier.fleet?.earlierCounts ?? TelegramCounts())
        (lastLook, nextLook, nextLookBack) = (now.monotonic, now.monotonic, now.monotonic)
        for member in (earlier.fleet?.members ?? [:]).values where earlier.kept.contains(member.topics.prefix) {
            guard let group = groups.first(where: { $0.makesMeters(like: member.settings) }) else { continue }
            member.settings = group
            add(member)
        }
        nextLook += interval
        nextLookBack += min(Self.grace, patience(of: groups))
    }

    // MARK: - Telegrams

    /// Takes a message of the broker.
    func receive(_ message: BrokerMessage, at now: Moment) -> Reception {
        if let member = members[message.topic] {
            // A retained telegram is an old one.
            guard !message.isRetained else { return .ignored }
            member.source.push(PushSource.withLineEnd(message.payload))
            return .pushed(member.feed)
        }
        for group in groups {
            guard let fleet = group.fleet, let matched = fleet.pattern.matches(message.topic) else { continue }
            guard !message.isRetained, let member = appear(message, group, fleet, fleet.names.name(matched), at: now) else {
                return .ignored
            }
            return .appeared(member)
        }
        return .foreign
    }

    /// The meter of a topic that had none yet; `nil` where there is to be none.
    private func appear(
        _ message: BrokerMessage, _ group: MeterSettings, _ fleet: FleetSettings, _ name: String, at now: Moment
    ) -> Member? {
        guard MeterName.isAllowed(name) else { return refuse(.badName, message, "the name \(JSONTree.text(name).shown)") }
        // That of another worker.
        if let share = settings.share.share, !share.owns(name) { return nil }
        guard names.owns(name) else { return refuse(.sameName, message, "the name \(name) is that of a meter of the configuration") }
        if let other = takenNames[name] { return refuse(.sameName, message, "the name \(name) is that of \(other)") }
        let payload = PushSource.withLineEnd(message.payload)
        if let fault = Self.fault(in: payload, group.reader) { return refuse(.noTelegram, message, fault) }
        guard sizes[fleet.pattern.description, default: 0] < fleet.maximumMeters else {
            return refuse(.tooMany, message, "there are \(fleet.maximumMeters) meters of \(fleet.pattern)")
        }
        let source = PushSource(name: "mqtt topic \(message.topic)")
        var settings = group
        (settings.name, settings.source) = (name, .mqtt(topic: message.topic))
        let pipeline = make(settings, reported, now)
        let member = Member(
            topics: self.settings.topics(of: name), name: name, topic: message.topic, settings: group, pipeline: pipeline, source: source,
            at: now)
        source.push(payload)
        add(member)
        return member
    }

    private func refuse(_ cause: FleetRefusals.Cause, _ message: BrokerMessage, _ reason: String) -> Member? {
        refusals.note(cause, topic: message.topic, reason)
        return nil
    }

    /// Why a payload holds no good telegram; `nil` when it does.
    private static func fault(in payload: [UInt8], _ reader: TelegramReader) -> String? {
        var reader = reader
        var isGood = false
        var fault: String?
        reader.feed(payload.span) { event in
            switch event {
            case .telegram: isGood = true
            case .rejected(let rejection): fault = fault ?? rejection.description
            case .remark, .skipped: break
            }
        }
        return isGood ? nil : fault ?? "no telegram in \(payload.count) bytes"
    }

    private func add(_ member: Member) {
        members[member.topic] = member
        takenNames[member.name] = member.topic
        sizes[member.pattern, default: 0] += 1
    }

    private func remove(_ member: Member) {
        (members[member.topic], takenNames[member.name]) = (nil, nil)
        sizes[member.pattern, default: 0] -= 1
    }

    // MARK: - Silence

    /// Removes the meters that were silent for too long.
    /// - Returns: those, whose feeds are to be removed, and the monotonic milliseconds of the next call.
    func turn(at now: Moment) -> (gone: [Member], next: Int64) {
        guard now.monotonic >= nextLook else { return ([], nextLook) }
        // While the broker is away nothing can be heard of any.
        let unheard = memory.isAway ? now.monotonic - lastLook : 0
        (lastLook, nextLook) = (now.monotonic, now.monotonic + interval)
        var gone: [Member] = []
        for member in members.values {
            member.heard += unheard
            let good = member.pipeline.counts.good
            if good != member.good {
                (member.good, member.heard) = (good, now.monotonic)
            } else if now.monotonic - member.heard >= patience(of: [member.settings]) {
                gone.append(member)
            }
        }
        for member in gone {
            member.pipeline.leave(isGone: true)
            earlierCounts = earlierCounts + member.pipeline.counts
            remove(member)
        }
        forgotten += gone.count
        if now.monotonic >= nextLookBack, memory.isRecallOver { lookBack(at: now) }
        return (gone, nextLook)
    }

    /// Removes what an earlier run left of meters that have not come again.
    private func lookBack(at now: Moment) {
        let patience = patience(of: groups)
        nextLookBack = now.monotonic + max(interval, patience / 24)
        let gone = memory.unheard.filter {
            memory.timeOfDocument(settings.topics(of: $0).document).map { now.utc - $0 >= patience } ?? true
        }
        for name in gone.prefix(Self.portion) {
            leaveUnheard(name, at: now)
            forgotten += 1
        }
        // The others with the next look.
        if gone.count > Self.portion { nextLookBack = now.monotonic }
    }

    /// What an earlier run left of meters, none of which will appear any more.
    func leaveUnheard(at now: Moment) {
        for name in memory.unheard { leaveUnheard(name, at: now) }
    }

    private func leaveUnheard(_ name: String, at now: Moment) {
        guard var settings = groups.first else { return }
        (settings.name, settings.source) = (name, .mqtt(topic: name))
        make(settings, reported, now).leaveUnheard()
    }

    /// Milliseconds of the most patient of some.
    private func patience(of groups: [MeterSettings]) -> Int64 {
        Int64((groups.compactMap { $0.fleet?.forgetAfter }.max() ?? 0) * 1000)
    }

    private var interval: Int64 {
        min(Self.look, groups.compactMap { $0.fleet.map { Int64($0.forgetAfter * 250) } }.min() ?? Self.look)
    }
}

extension MeterSettings {
    /// Whether the meters of one topic with `+` are the same as those of another: only how many and for how long may differ.
    func makesMeters(like other: MeterSettings) -> Bool {
        guard let fleet, var others = other.fleet else { return false }
        (others.maximumMeters, others.forgetAfter) = (fleet.maximumMeters, fleet.forgetAfter)
        var other = other
        other.source = .fleet(others)
        return self == other
    }
}
