import Logging
import ServiceLifecycle
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTMeter
@testable import P1MQTTSystem

/// A `BrokerService` that runs in the background of a test, with pauses fit for one.
final class RunningService: Sendable {
    let outbox: Outbox
    let service: BrokerService
    let states = Locked<[BrokerState]>([])
    let received = Locked<[String]>([])
    /// Lines of the log, with their level.
    let log = Locked<[String]>([])
    private let group: ServiceGroup
    private let task: Task<Void, any Error>

    static let bridgeState = "p1/bridge/state"

    init(
        port: Int, clientId: String = "p1mqtt-test", outbox: Outbox = Outbox(),
        subscriptions: [(filter: String, qos: CInt)] = [], _ adapt: (inout MQTTSettings) -> Void = { _ in }
    ) {
        var settings = MQTTSettings()
        settings.host = "127.0.0.1"
        settings.port = port
        adapt(&settings)
        var pace = BrokerPace()
        pace.pause = 20...100
        self.outbox = outbox
        let (states, received) = (states, received)
        let log = log
        let logger = Logger(label: "test") { _ in LogCollector(lines: log) }
        service = BrokerService(
            settings: settings, clientId: clientId, will: Self.bridge("offline"),
            online: { [Self.bridge("online")] }, farewell: { [Self.bridge("offline")] },
            subscriptions: subscriptions,
            onMessage: { topic, payload, retained in
                let line = "\(topic)=\(String(decoding: payload, as: UTF8.self))\(retained ? " (retained)" : "")"
                received.withLock { $0.append(line) }
            },
            onStateChange: { state in states.withLock { $0.append(state) } },
            outbox: outbox, logger: logger, pace: pace)
        let group = ServiceGroup(configuration: .init(services: [.init(service: service)], logger: logger))
        self.group = group
        task = Task { try await group.run() }
    }

    deinit { task.cancel() }

    private static func bridge(_ text: String) -> Message {
        Message(topic: bridgeState, text: text, qos: 1, retain: true, kind: .bridge)
    }

    var isConnected: Bool { states.withLock { $0.last == .connected || $0.last == .subscribed } }

    func waitUntilConnected() async throws {
        try await eventually("a connection; states: \(self.states.withLock { $0 })") { isConnected }
    }

    func waitForFailure(_ part: String) async throws {
        try await eventually("a failure with \(part); states: \(self.states.withLock { $0 })") {
            states.withLock {
                $0.contains { if case .disconnected(let why) = $0 { why.contains(part) } else { false } }
            }
        }
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
