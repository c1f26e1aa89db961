import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTInput
@testable import P1MQTTMeter
@testable import P1MQTTSystem

/// A fleet between messages that a test sends and the outbox that it reads, with a clock of the test.
private final class FleetFixture {
    let outbox = Outbox(maximumEvents: 20_000)
    let log = RecordingLog()
    let memory = BrokerMemory()
    let settings: Settings
    let fleet: Fleet
    private(set) var now = PipelineFixture.start
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1024, alignment: 16)

    init(
        maximumMeters: Int = 1000, forgetAfter: Double = 604_800, share: WorkerShare? = nil, names: [String] = [],
        earlier: [String: String] = [:]
    ) throws {
        var settings = Settings()
        let fleet = FleetSettings(
            pattern: try #require(TopicPattern("dongles/+/telegram")), names: try #require(MeterNameTemplate("{1}")),
            maximumMeters: maximumMeters, forgetAfter: forgetAfter)
        settings.meters =
            names.map { MeterSettings(name: $0, source: .mqtt(topic: "x")) } + [MeterSettings(name: "{1}", source: .fleet(fleet))]
        if let share { settings.share = ShareSettings(worker: share.worker, of: share.of) }
        self.settings = settings
        let (memory, outbox, log) = (memory, outbox, log)
        memory.recall([], fleet: settings.fleetNames, at: now)
        for (topic, payload) in earlier {
            memory.note(.message(BrokerMessage(topic: topic, payload: Array(payload.utf8), isRetained: true)))
        }
        memory.note(.recalled)
        memory.note(.connected(to: .any))
        let numbers = EventNumbers(startedAt: now)
        self.fleet = try #require(
            Fleet(settings, memory: memory, logger: log.logger, at: now) { meter, reported, now in
                MeterPipeline(
                    settings: meter, all: settings, outbox: outbox, logger: log.logger, debugLog: nil, broker: memory, numbers: numbers,
                    reported: reported, from: now)
            })
    }

    deinit { buffer.deallocate() }

    @discardableResult
    func send(_ topic: String, _ payload: [UInt8], isRetained: Bool = false) -> Fleet.Reception {
        let reception = fleet.receive(BrokerMessage(topic: topic, payload: payload, isRetained: isRetained), at: now)
        switch reception {
        case .appeared(let member):
            // As the loop does: opens it, and serves it.
            for _ in 0..<3 { member.feed.timePassed(at: now, buffer: buffer) }
        case .pushed(let feed): for _ in 0..<2 { feed.timePassed(at: now, buffer: buffer) }
        case .ignored, .foreign: break
        }
        return reception
    }

    func send(_ name: String, id: String = "4531", register: String = "000100.000", isRetained: Bool = false) {
        send(
            "dongles/\(name)/telegram",
            TelegramFixture.bytes(["0-0:96.1.1(\(id))", "1-0:1.8.1(\(register)*kWh)", "1-0:1.7.0(00.100*kW)"]), isRetained: isRetained)
    }

    func pass(seconds: Int64) -> [Fleet.Member] {
        now = now.advanced(byMilliseconds: seconds * 1000)
        return fleet.turn(at: now).gone
    }

    var names: [String] { fleet.members.values.map(\.name).sorted() }
    func taken() -> [Message] { outbox.takePending(limit: 1_000_000) }
    func warnings() -> [String] { log.lines.filter { $0.hasPrefix("warning: no meter") } }
}

@Suite("Meters that appear by themselves") struct FleetTests {
    @Test("a meter appears with its first good telegram, and publishes it") func appears() throws {
        let fixture = try FleetFixture()
        fixture.send("dongles/a/telegram", Array("/garbage\r\n".utf8))
        fixture.send("a", isRetained: true)
        #expect(fixture.names == [] && fixture.taken().isEmpty)
        fixture.send("a")
        #expect(fixture.names == ["a"])
        let messages = fixture.taken()
        #expect(messages.contains { $0.topic == "p1/a/availability" && $0.text == "online" })
        #expect(messages.contains { $0.topic == "p1/a/electricity/received/tariff1" && $0.text == "100.000" })
        fixture.send("a", register: "000100.001")
        #expect(fixture.taken().contains { $0.topic == "p1/a/electricity/received/tariff1" && $0.text == "100.001" })
        if case .foreign = fixture.send("p1/a/availability", []) {} else { Issue.record("a topic of others is taken") }
    }

    @Test("what an earlier run published of it is known before its first telegram is interpreted: the guard holds a jump") func recall()
        throws
    {
        let earlier =
            #"{"meterType":"TST5\\2UNIT","timestamp":"2026-07-03T16:15:00.000Z","equipmentId":"4531","serialNumber":"E1","electricity":{"received":{"tariff1":{"reading":100.000,"unit":"kWh"}}}}"#
        let fixture = try FleetFixture(earlier: ["p1/a/json": earlier, "p1/gas/json": earlier, "other/a/json": earlier])
        #expect(fixture.memory.unheard == ["a"])
        fixture.send("a", register: "009999.000")
        #expect(!fixture.taken().contains { $0.topic == "p1/a/electricity/received/tariff1" })
        #expect(fixture.log.lines.contains { $0.contains("heldRegister") || $0.contains("held") }, "\(fixture.log.lines)")
        #expect(fixture.memory.unheard == [])
    }

    @Test("one more than there may be is refused, said once and counted; the others go on") func maximum() throws {
        let fixture = try FleetFixture(maximumMeters: 3)
        for number in 0..<10_000 { fixture.send("m\(number)", id: "45\(30_000 + number)") }
        #expect(fixture.names == ["m0", "m1", "m2"])
        #expect(fixture.fleet.refusals[.tooMany] == 9997)
        #expect(fixture.warnings().count == 1 && fixture.warnings()[0].contains("no meter for dongles/m3/telegram: there are 3 meters"))
    }

    @Test("10,000 topics without a telegram: nothing is kept of them, and one line is said") func garbage() throws {
        let fixture = try FleetFixture()
        for number in 0..<10_000 { fixture.send("dongles/x\(number)/telegram", Array("hello \(number)".utf8)) }
        #expect(fixture.names == [] && fixture.outbox.counters.pending == 0)
        #expect(fixture.fleet.refusals[.noTelegram] == 10_000)
        #expect(fixture.warnings().count == 1, "\(fixture.warnings())")
    }

    @Test("of two topics with one name the second is refused, said once for each; names that no meter may have too") func names() throws {
        let fixture = try FleetFixture(names: ["roof"])
        fixture.send("a b")
        for _ in 0..<5 {
            fixture.send("a:b")
            fixture.send("a.b")
            fixture.send("roof")
            fixture.send("gas")
        }
        #expect(fixture.names == ["a_b"])
        #expect(fixture.fleet.refusals[.sameName] == 15 && fixture.fleet.refusals[.badName] == 5)
        #expect(fixture.warnings().count == 4, "\(fixture.warnings())")
        #expect(fixture.warnings()[0].contains("no meter for dongles/a:b/telegram: the name a_b is that of dongles/a b/telegram"))
    }

    @Test("the meters of another worker are not touched, and nothing is said of them") func share() throws {
        let fixtures = try (1...2).map { try FleetFixture(share: WorkerShare(worker: $0, of: 2)) }
        for fixture in fixtures { for number in 0..<20 { fixture.send("m\(number)", id: "45\(30 + number)") } }
        #expect(Set(fixtures[0].names).isDisjoint(with: fixtures[1].names))
        #expect((fixtures[0].names + fixtures[1].names).count == 20)
        #expect(fixtures.allSatisfy { !$0.names.isEmpty && $0.warnings().isEmpty })
    }

    // MARK: - Silence

    @Test("a meter that was silent for long is removed with all that is retained of it, and may come again") func forget() throws {
        let fixture = try FleetFixture(maximumMeters: 2, forgetAfter: 3600)
        for _ in 0..<2 { for name in ["a", "b"] { fixture.send(name, id: name == "a" ? "4531" : "4532") } }
        let discovered = fixture.taken().filter { $0.kind == .discovery }.map(\.topic)
        #expect(Set(discovered) == ["homeassistant/device/p1mqtt_4531/config", "homeassistant/device/p1mqtt_4532/config"])
        #expect(fixture.pass(seconds: 60).isEmpty)
        #expect(fixture.pass(seconds: 3000).isEmpty)
        fixture.send("b", id: "4532")
        _ = fixture.taken()
        #expect(fixture.pass(seconds: 700).map(\.name) == ["a"])
        #expect(fixture.names == ["b"] && fixture.fleet.forgotten == 1)
        let deleted = fixture.taken().filter { $0.payload.isEmpty && $0.retain }.map(\.topic)
        for topic in [
            "homeassistant/device/p1mqtt_4531/config", "p1/a/json", "p1/a/availability", "p1/a/electricity/received/tariff1",
            "p1/a/derived/received/total",
        ] { #expect(deleted.contains(topic), "\(topic) of \(deleted)") }
        #expect(deleted.allSatisfy { $0.hasPrefix("p1/a/") || $0 == "homeassistant/device/p1mqtt_4531/config" })
        fixture.send("a")
        #expect(fixture.names == ["a", "b"])
    }

    @Test("garbage keeps no meter, and time without the broker counts for none") func away() throws {
        let fixture = try FleetFixture(forgetAfter: 3600)
        fixture.send("a")
        #expect(fixture.pass(seconds: 60).isEmpty)
        fixture.memory.note(.disconnected(reason: "test"))
        #expect(fixture.pass(seconds: 86_400).isEmpty)
        fixture.memory.note(.connected(to: .any))
        for _ in 0..<59 {
            fixture.send("dongles/a/telegram", Array("noise".utf8))
            #expect(fixture.pass(seconds: 60).isEmpty)
        }
        #expect(fixture.pass(seconds: 120).map(\.name) == ["a"])
    }

    @Test("what an earlier run left of a meter that does not come again is removed, once it is as old and a day was waited") func lookBack()
        throws
    {
        func document(_ time: String, _ id: String) -> String {
            #"{"meterType":"T","timestamp":"\#(time)","equipmentId":"\#(id)","serialNumber":"E1","electricity":{"received":{"tariff1":{"reading":100.000,"unit":"kWh"}}},"mbus":{"1":{"deviceType":"003","equipmentId":"47","serialNumber":"G1","reading":1.000,"unit":"m3"}}}"#
        }
        let fixture = try FleetFixture(
            earlier: [
                "p1/old/json": document("2026-06-20T00:00:00.000Z", "4531"), "p1/new/json": document("2026-07-03T16:00:00.000Z", "4532"),
                "p1/odd/json": "no JSON",
            ])
        for _ in 0..<23 { #expect(fixture.pass(seconds: 3600).isEmpty) }
        #expect(fixture.taken().isEmpty && fixture.memory.unheard == ["new", "odd", "old"])
        _ = fixture.pass(seconds: 7200)
        let deleted = Set(fixture.taken().map(\.topic))
        for topic in [
            "p1/old/json", "p1/old/availability", "p1/old/mbus/1/availability", "p1/old/electricity/received/tariff1",
            "homeassistant/device/p1mqtt_4531/config", "p1/odd/json", "p1/odd/availability",
        ] { #expect(deleted.contains(topic), "\(topic) of \(deleted.sorted())") }
        #expect(!deleted.contains { $0.hasPrefix("p1/new/") || $0.contains("4532") })
        #expect(fixture.memory.unheard == ["new"] && fixture.fleet.forgotten == 2)
    }

    // MARK: - What is said

    @Test("thousands that come and go are a few lines") func log() throws {
        let fixture = try FleetFixture()
        for number in 0..<1000 { fixture.send("m\(number)", id: "45\(30_000 + number)") }
        #expect(fixture.names.count == 1000)
        #expect(fixture.log.lines.count == LogBudget.burst)
    }

    @Test("bridge/info keeps its size, bridge/topics has each topic once, bridge/health counts") func documents() throws {
        let fixture = try FleetFixture()
        let inbox = Inbox(wake: WakeDescriptor())
        let reporter = BridgeReporter(
            identity: BridgeIdentity(startedAt: fixture.now), settings: fixture.settings, meters: [], fleet: fixture.fleet,
            outbox: fixture.outbox, inbox: inbox, broker: fixture.memory, logger: fixture.log.logger)
        for number in 0..<500 { fixture.send("m\(number)", id: "45\(30_000 + number)") }
        _ = reporter.turn(at: fixture.now)
        let messages = Dictionary(fixture.taken().map { ($0.topic, $0.payload) }, uniquingKeysWith: { $1 })
        let info = try JSONReader.read(try #require(messages["p1/bridge/info"]))
        #expect(info["meters"] == .array([]))
        #expect(info["fleets"]?.json == #"[{"topic": "dongles/+/telegram", "meters": 500, "maximumMeters": 1000}]"#)
        #expect(messages["p1/bridge/info"]?.count ?? 0 < 1000)
        let topics = try JSONReader.read(try #require(messages["p1/bridge/topics"]))
        #expect(topics["p1/+/electricity/received/tariff1"]?["unit"] == .text("kWh"))
        let health = try JSONReader.read(try #require(messages["p1/bridge/health"]))
        #expect(health["fleet"]?["meters"] == .number("500") && health["fleet"]?["online"] == .number("500"))
        #expect(reporter.healthReport.text(at: fixture.now).hasSuffix("500 of 500 meters online"))
    }
}
