import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTInput
@testable import P1MQTTMeter

/// The pipeline of one meter between bytes that a test sends and the outbox that it reads.
final class PipelineFixture {
    let outbox = Outbox()
    let log = RecordingLog()
    let pipeline: MeterPipeline
    static let start = Moment(monotonic: 1_000_000, utc: 1_783_095_302_000)
    var now = start

    init(
        name: String? = nil, broker: BrokerMemory? = nil,
        _ adapt: (inout Settings, inout MeterSettings) -> Void = { _, _ in }
    ) {
        var settings = Settings()
        var meter = MeterSettings(name: name, source: .file(path: "capture"))
        adapt(&settings, &meter)
        pipeline = MeterPipeline(
            settings: meter, all: settings, outbox: outbox, logger: log.logger, debugLog: nil, broker: broker,
            numbers: EventNumbers(startedAt: Self.start))
    }

    func send(_ bytes: [UInt8], after milliseconds: Int64 = 1000) {
        now = now.advanced(byMilliseconds: milliseconds)
        bytes.withUnsafeBytes { pipeline.receive($0, at: now) }
    }

    func send(_ lines: [String], hasChecksum: Bool = true, after milliseconds: Int64 = 1000) {
        send(TelegramFixture.bytes(lines, hasChecksum: hasChecksum), after: milliseconds)
    }

    func report(_ kind: SourceReport.Kind, _ reason: String = "reason", remedy: String? = nil) {
        pipeline.report(SourceReport(kind: kind, source: "file capture", reason: reason, remedy: remedy), at: now)
    }

    /// What went to the outbox since the last look.
    func taken() -> [Message] { outbox.takePending(limit: 10_000) }
    func topics() -> [String] { taken().map(\.topic) }
}

extension BrokerMemory {
    /// Of a program that was started together with the fixtures.
    convenience init(recalling meters: [MeterTopics] = []) {
        self.init(recalling: meters, startedAt: PipelineFixture.start)
    }
}
