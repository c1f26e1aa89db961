import FuzzSupport
import Logging
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTInput
@testable import P1MQTTMeter
@testable import P1MQTTSystem

/// What must hold whatever a broker sends: documents of an earlier run, states, `bridge/info` of others, telegrams.
///
/// An input has a message on each line: `r` for a retained one, else any character; then its topic, a blank, its payload,
/// in which a bar stands for a line end.
struct InboxProperties {
    private let outbox = Outbox()
    private let memory = BrokerMemory(recalling: [topics], startedAt: start)
    private let pipeline: MeterPipeline
    private let reporter: BridgeReporter
    private var watch = StateWatch(BridgeTopics(prefix: "p1"), meters: [topics])
    private var now = start

    private static let topics = MeterTopics(bridgePrefix: "p1", meterName: nil)
    private static let start = Moment(monotonic: 50_000, utc: 1_783_095_302_000)
    private static let meter = MeterSettings(name: nil, source: .mqtt(topic: "raw"))
    private static let settings: Settings = {
        var settings = Settings()
        settings.meters = [meter]
        settings.publish.history = true
        return settings
    }()
    private static let identity = BridgeIdentity(startedAt: start, instance: 0xABC, host: "attic")
    private static let inbox = Inbox(wake: WakeDescriptor())
    private static let logger = Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() }

    init() {
        pipeline = MeterPipeline(
            settings: Self.meter, all: Self.settings, outbox: outbox, logger: Self.logger, debugLog: nil, broker: memory,
            numbers: EventNumbers(startedAt: Self.start))
        reporter = BridgeReporter(
            identity: Self.identity, startedAt: Self.start, settings: Self.settings,
            meters: [(pipeline, Feed(source: PushSource(name: "raw"), consumer: pipeline))], outbox: outbox, inbox: Self.inbox,
            broker: memory, logger: Self.logger)
    }

    mutating func check(_ input: [UInt8]) {
        var isRecalled = false
        for line in input.split(separator: 0x0A).prefix(12) {
            now = now.advanced(byMilliseconds: 700)
            guard let blank = line.firstIndex(of: 0x20), blank > line.startIndex else { continue }
            let isRetained = line.first == UInt8(ascii: "r")
            let topic = String(decoding: line[(line.startIndex + 1)..<blank], as: UTF8.self)
            let message = BrokerMessage(topic: topic, payload: Array(line[(blank + 1)...]), isRetained: isRetained)
            if !isRetained, !isRecalled {
                note(.connected(to: BrokerAddress(host: "b", port: 1)))
                note(.recalled)
                isRecalled = true
            }
            note(.message(message))
            receive(message)
        }
        checkOutbox()
    }

    private mutating func note(_ event: BrokerEvent) {
        memory.note(event)
        reporter.note(event, at: now)
        if case .message(let message) = event { watch.note(message, at: now) }
        pipeline.tick(at: now)
    }

    /// As `BridgeInput` does with a message of a subscription.
    private func receive(_ message: BrokerMessage) {
        switch (message.topic, message.isRetained) {
        case ("raw", false):
            let telegram = PushSource.withLineEnd(message.payload.map { $0 == UInt8(ascii: "|") ? 0x0A : $0 })
            telegram.withUnsafeBytes { pipeline.receive($0, at: now) }
        case ("homeassistant/status", _) where message.payload == Array("online".utf8): reporter.homeAssistantStarted(at: now)
        case ("p1/bridge/info", false): reporter.heard(info: message.payload)
        default: break
        }
    }

    private mutating func checkOutbox() {
        for correction in watch.corrections(at: now.advanced(byMilliseconds: 20_000), outbox.availability) {
            require(correction.topic.hasPrefix("p1/"), "only our own topics are put right")
        }
        for message in outbox.takePending(limit: 10_000) {
            require(Topic.fault(in: message.topic) == nil, "\(message.topic) is a topic")
            require(message.topic.hasPrefix("p1/") || message.topic.hasPrefix("homeassistant/device/p1mqtt_"), "what is sent is ours")
        }
    }
}
