import Logging
import ServiceLifecycle
import TestSupport
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTMeter
@testable import P1MQTTSystem

/// The broker thread in the background of a test, as a service, with pauses fit for one.
final class RunningService: Sendable {
    let outbox: Outbox
    let inbox: Inbox
    private let taken = Locked<[BrokerEvent]>([])
    /// Lines of the log, with their level.
    let log = Locked<[String]>([])
    private let group: ServiceGroup
    private let task: Task<Void, any Error>

    static let bridgeState = "p1/bridge/state"

    init(
        port: Int, clientId: String = "p1mqtt-test", state: String = RunningService.bridgeState, outbox: Outbox = Outbox(),
        subscriptions: [SessionPlan.Subscription] = [], recall: [String] = [], _ adapt: (inout MQTTSettings) -> Void = { _ in }
    ) {
        var settings = MQTTSettings()
        settings.host = "127.0.0.1"
        settings.port = port
        adapt(&settings)
        var pace = BrokerPace()
        pace.pause = 20...100
        let inbox = Inbox(wake: WakeDescriptor())
        self.outbox = outbox
        self.inbox = inbox
        let log = log
        let logger = Logger(label: "test") { _ in LogCollector(lines: log) }
        let plan = SessionPlan(clientId: clientId, state: state, subscriptions: subscriptions, recall: recall)
        let service = ThreadService(named: "broker", limit: pace.shutdown, wake: outbox.wake) { [settings, pace] isStopping in
            BrokerLoop(settings: settings, plan: plan, outbox: outbox, inbox: inbox, logger: logger, pace: pace).run(until: isStopping)
        }
        let group = ServiceGroup(configuration: .init(services: [.init(service: service)], logger: logger))
        self.group = group
        task = Task(executorPreference: TestThreads.shared) { try await group.run() }
    }

    deinit { task.cancel() }

    /// What the broker thread has posted so far.
    var events: [BrokerEvent] {
        taken.withLock { taken in
            taken += inbox.take()
            return taken
        }
    }

    /// The messages of subscriptions among them.
    var received: [String] {
        events.compactMap(\.message).map {
            "\($0.topic)=\(String(decoding: $0.payload, as: UTF8.self))\($0.isRetained ? " (retained)" : "")"
        }
    }

    /// The reasons why there was no connection.
    var failures: [String] {
        events.compactMap { if case .disconnected(let reason) = $0 { reason } else { nil } }
    }

    var isConnected: Bool {
        let last = events.last {
            switch $0 {
            case .connected, .disconnected: true
            case .recalled, .message: false
            }
        }
        return if case .connected = last { true } else { false }
    }

    func waitUntilConnected() async throws {
        try await eventually("a connection; \(events)") { isConnected }
    }

    func waitForFailure(_ part: String, within limit: Duration = .seconds(15)) async throws {
        try await eventually("a failure with \(part); \(events)", within: limit) { failures.contains { $0.contains(part) } }
    }

    /// Ends the service as SIGTERM does and waits for it.
    func shutDown() async throws {
        await group.triggerGracefulShutdown()
        try await task.value
    }
}

extension Message {
    static func value(_ topic: String, _ text: String, qos: CInt = 0) -> Message {
        Message(topic: topic, text: text, qos: qos, retain: true, kind: .value)
    }

    /// What the program publishes when another tariff is in force.
    static func event(to tariff: Int) -> Message {
        MeterEvent(.tariff, time: nil) { $0.member("to", tariff) }
            .message(MeterTopics(bridgePrefix: "p1", meterName: nil), seq: Int64(tariff))
    }

    var text: String { String(decoding: payload, as: UTF8.self) }

    /// What the program publishes when a source is gone.
    static func bridgeEvent(_ number: Int) -> Message {
        BridgeEvent(kind: .close, meter: "a", reason: "\(number)")
            .message(BridgeTopics(prefix: "p1"), seq: Int64(number), at: Moment(monotonic: 0, utc: 0))
    }

    /// What the program publishes of a minute of an outage.
    static func history(_ number: Int) -> Message {
        Message(topic: "p1/history", text: "\(number)", qos: 1, retain: false, kind: .history)
    }
}

/// Collects what is logged instead of printing it.
private struct LogCollector: LogHandler {
    let lines: Locked<[String]>
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        lines.withLock { $0.append("\(event.level): \(event.message)") }
    }
}
