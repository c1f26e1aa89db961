import Foundation
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTInput
@testable import P1MQTTMeter
@testable import P1MQTTSystem

@Suite("Jumps of the wall clock") struct ClockJumpTests {
    private static let century: Int64 = 100 * 365 * 86_400_000
    /// A Raspberry Pi starts in 1970, or where it was switched off, and NTP corrects it minutes later.
    private static let jumps: [Int64] = [century, -50 * 365 * 86_400_000, 3_600_000, -3_600_000, 0]

    @Test("change nothing but the times that are stamped", arguments: [0.0, 10.0], [true, false])
    func pipeline(_ interval: Double, _ onlyChanges: Bool) {
        func run(_ jumps: [Int64]) -> [[String]] {
            let fixture = PipelineFixture {
                $0.publish.minimumInterval = interval
                $0.publish.onlyChanges = onlyChanges
                $1.utcOffset = 3600
            }
            let lines = TelegramFixture.dsmr5 + TelegramFixture.gas(channel: 1, id: "4731") + ["1-0:1.7.0(01.193*kW)"]
            return (0..<40).map { index in
                fixture.now.utc += jumps[index % jumps.count]
                fixture.send(lines)
                return fixture.taken().filter { !$0.topic.contains("bridge") }.map { "\($0.topic)=\($0.text)" }
            }
        }
        #expect(run(Self.jumps) == run([0]))
    }

    @Test("do not move the next look at anything") func reporter() {
        let fixture = PipelineFixture()
        let reporter = BridgeReporter(
            identity: BridgeIdentity(startedAt: fixture.now), settings: Settings(),
            meters: [(fixture.pipeline, Feed(source: FileSource(path: "capture"), consumer: fixture.pipeline))], outbox: fixture.outbox,
            inbox: Inbox(wake: WakeDescriptor()), broker: BrokerMemory(), logger: fixture.log.logger)
        var health = 0
        for second in 0..<600 {
            let jump = Self.jumps[second % Self.jumps.count]
            _ = reporter.turn(at: Moment(monotonic: Int64(second) * 1000, utc: fixture.now.utc + jump))
            health += fixture.topics().count { $0 == "p1/bridge/health" }
        }
        #expect(health == 10)
    }

    @Test("nothing but Moment asks the system for the time") func oneClock() throws {
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../../../Sources").standardized
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        var users: Set<String> = []
        for case let file as URL in files where ["swift", "c", "h"].contains(file.pathExtension) {
            let text = try String(contentsOf: file, encoding: .utf8)
            let clocks = ["clock_gettime", "gettimeofday", "Date()", "ContinuousClock", "SuspendingClock", "time(nil)", "time(NULL)"]
            if clocks.contains(where: text.contains) { users.insert(file.lastPathComponent) }
        }
        #expect(users == ["Moment+Now.swift"])
    }
}
