import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTEmulator
@testable import P1MQTTInput
@testable import P1MQTTMeter
@testable import P1MQTTSystem

@Suite("What the bridge says of itself") struct BridgeReporterTests {
    private let fixture = PipelineFixture()
    private let inbox = Inbox(wake: WakeDescriptor())
    private let log = RecordingLog()
    private let start = Moment(monotonic: 50_000, utc: 1_783_095_302_000)

    private func reporter() -> BridgeReporter {
        BridgeReporter(
            identity: BridgeIdentity(startedAt: start, instance: 0xABC, host: "attic"), settings: Settings(),
            meters: [(fixture.pipeline, Feed(source: FileSource(path: "capture"), consumer: fixture.pipeline))], outbox: fixture.outbox,
            inbox: inbox, broker: BrokerMemory(), logger: log.logger)
    }

    @Test("info, topics and health at the start") func atStart() throws {
        let reporter = reporter()
        #expect(reporter.turn(at: start) == start.monotonic + 1000)
        let announced = fixture.taken()
        #expect(announced.first?.topic == "homeassistant/device/p1mqtt_bridge_p1/config")
        let messages = Array(announced.dropFirst())
        #expect(messages.map(\.topic) == ["p1/bridge/info", "p1/bridge/topics", "p1/bridge/health"])
        #expect(messages.map(\.retain) == [true, true, true])
        #expect(messages.map(\.qos) == [1, 1, 0])
        let info = try JSONReader.read(messages[0].payload)
        #expect(info["version"] == .text(P1MQTTCommand.version))
        #expect(info["schemaVersion"] == .number("1"))
        #expect(info["instance"] == .text("0000000000000abc"))
        #expect(info["host"] == .text("attic"))
        #expect(info["started"] == .text("2026-07-03T16:15:02.000Z"))
        #expect(messages[1].text == "{}")
    }

    @Test("the history of an outage follows in portions, each once the broker has taken all before it") func history() throws {
        let memory = BrokerMemory()
        let fixture = PipelineFixture(broker: memory) { settings, _ in settings.publish.history = true }
        var settings = Settings()
        settings.publish.history = true
        let reporter = BridgeReporter(
            identity: BridgeIdentity(startedAt: start), settings: settings,
            meters: [(fixture.pipeline, Feed(source: FileSource(path: "capture"), consumer: fixture.pipeline))], outbox: fixture.outbox,
            inbox: inbox, broker: memory, logger: log.logger)
        var meter = EmulatedMeter(EmulatorSettings(interval: 60_000), seed: 1, now: fixture.now.utc)
        for _ in 0..<100 { fixture.send(meter.next(), after: 60_000) }
        var now = start
        func sent() -> Int {
            now = now.advanced(byMilliseconds: 50)
            _ = reporter.turn(at: now)
            return fixture.taken().count { $0.topic == "p1/history" }
        }
        _ = sent()
        #expect(sent() == 0, "the broker is away")
        memory.note(.connected(to: .any))
        _ = reporter.turn(at: now)
        #expect(fixture.outbox.counters.pending == 32)
        #expect(reporter.turn(at: now) == now.monotonic + 50)
        #expect(fixture.outbox.counters.pending == 32, "not before those are taken")
        #expect(fixture.taken().count == 32)
        #expect([sent(), sent()] == [32, 32])
        reporter.sendRestOfHistory()
        #expect(fixture.taken().map(\.topic) == Array(repeating: "p1/history", count: 4))
        #expect(fixture.pipeline.publication.history?.count == 0)
        let health = try #require(
            { () -> Message? in
                _ = reporter.turn(at: now.advanced(byMilliseconds: 60_000))
                return fixture.taken().last { $0.topic == "p1/bridge/health" }
            }())
        #expect(try JSONReader.read(health.payload)["history"]?.json == #"{"dropped": 0}"#)
    }

    @Test("info and topics again when they changed, looked for once a second") func changes() throws {
        let reporter = reporter()
        _ = reporter.turn(at: start)
        _ = fixture.taken()
        _ = reporter.turn(at: start.advanced(byMilliseconds: 1000))
        #expect(fixture.taken().isEmpty)
        fixture.send(Array(GoldenPair.telegram.utf8))
        _ = fixture.taken()
        _ = reporter.turn(at: start.advanced(byMilliseconds: 1999))
        #expect(fixture.taken().isEmpty)
        _ = reporter.turn(at: start.advanced(byMilliseconds: 2000))
        let messages = fixture.taken()
        #expect(messages.map(\.topic) == ["p1/bridge/info", "p1/bridge/topics"])
        let meters = try JSONReader.read(messages[0].payload)["meters"]
        #expect(
            meters?.json
                == #"[{"name": null, "topic": "p1", "source": "file capture", "line": "framing not yet known", "#
                + #""serve": null, "meterType": "TST5\\2UNIT", "equipmentId": "4530303132333435363738", "version": "50", "dialect": "DSMR 5", "#
                + #""dialectEvidence": "1-3:0.2.8 states version 50", "checksum": "checked", "checksumVariant": "CRC-16/ARC", "#
                + #""encryption": "none: the telegrams begin with a /"}]"#)
        let topics = try JSONReader.read(messages[1].payload)
        #expect(
            topics["p1/electricity/received/tariff1"]?.json
                == #"{"unit": "kWh", "obis": ["1-0:1.8.1"], "meaning": "Energy taken from the grid, tariff 1"}"#)
        #expect(topics["p1/gas/reading"]?["unit"] == .text("m3"))
        #expect(topics["p1/electricity/threshold"]?["unit"] == .text("kW"))
        #expect(topics["p1/electricity/fuseThreshold"]?["unit"] == .text("A"))
        #expect(topics["p1/derived/netPower/total"]?["obis"] == .array([]))
        #expect(topics["p1/water/reading"] == nil)
    }

    @Test("two meters with one equipment id are reported once, with both names and the remedy") func sharedId() {
        let fixtures = ["attic", nil, "cellar"].map { PipelineFixture(name: $0) }
        let reporter = BridgeReporter(
            identity: BridgeIdentity(startedAt: start), settings: Settings(),
            meters: fixtures.map { ($0.pipeline, Feed(source: FileSource(path: "capture"), consumer: $0.pipeline)) },
            outbox: fixture.outbox, inbox: inbox, broker: BrokerMemory(), logger: log.logger)
        for (fixture, id) in zip(fixtures, ["4531", "4532", "4531"]) { fixture.send(["0-0:96.1.1(\(id))"]) }
        for second in 0..<5 { _ = reporter.turn(at: start.advanced(byMilliseconds: Int64(second) * 1000)) }
        #expect(
            log.lines == [
                "warning: two meters have the same equipment id 4531: attic (p1/attic) and cellar (p1/cellar). If they are one, remove one of "
                    + "them from the configuration; Home Assistant gets a device for each"
            ])
        // An id that says nothing is none.
        let none = ["a", "b"].map { PipelineFixture(name: $0) }
        for fixture in none { fixture.send(["0-0:96.1.1(00000000)"]) }
        let other = BridgeReporter(
            identity: BridgeIdentity(startedAt: start), settings: Settings(),
            meters: none.map { ($0.pipeline, Feed(source: FileSource(path: "capture"), consumer: $0.pipeline)) },
            outbox: fixture.outbox, inbox: inbox, broker: BrokerMemory(), logger: log.logger)
        _ = other.turn(at: start)
        #expect(log.lines.count == 1)
    }

    @Test("another meter of the same model shows in the info") func replaced() throws {
        let reporter = reporter()
        fixture.send(["0-0:96.1.1(4531)"])
        _ = reporter.turn(at: start)
        _ = fixture.taken()
        for _ in 0..<2 { fixture.send(["0-0:96.1.1(4532)"]) }
        _ = reporter.turn(at: start.advanced(byMilliseconds: 1000))
        #expect(fixture.taken().first { $0.topic == "p1/bridge/info" }?.text.contains(#""equipmentId":"4532""#) == true)
    }

    @Test("health once a minute, with the counters") func health() throws {
        let reporter = reporter()
        inbox.beat(at: start, limit: 100, counters: BrokerCounters(connections: 3, failures: 9, rejected: 2))
        _ = reporter.turn(at: start)
        var bytes = Array(GoldenPair.telegram.utf8)
        fixture.send(bytes)
        bytes[bytes.count - 6] = UInt8(ascii: "F")
        fixture.send(bytes)
        _ = fixture.taken()
        _ = reporter.turn(at: start.advanced(byMilliseconds: 59_999))
        #expect(!fixture.topics().contains("p1/bridge/health"))
        _ = reporter.turn(at: start.advanced(byMilliseconds: 60_000))
        let message = try #require(fixture.taken().first { $0.topic == "p1/bridge/health" })
        let health = try JSONReader.read(message.payload)
        #expect(health["time"] == .text("2026-07-03T16:16:02.000Z"))
        #expect(health["uptime"] == .number("60"))
        #expect(
            health["telegrams"]?.json
                == #"{"good": 1, "bad": 1, "wrongChecksum": 1, "missingChecksum": 0, "cutOff": 0, "tooLong": 0, "damagedLine": 0, "noise": 0, "heldRegister": 0, "#
                + #""noKey": 0, "wrongKey": 0, "damagedSeal": 0, "wrongAuthenticationKey": 0, "wrongTag": 0, "uncheckedTag": 0, "oldCounter": 0, "#
                + #""implausible": 0, "binaryDLMS": 0, "stranger": 0}"#
        )
        #expect(health["messages"]?.keys == ["published", "superseded", "dropped", "rejected", "pending", "ignored"])
        #expect(health["messages"]?["rejected"] == .number("2"))
        #expect(health["reconnects"] == .number("2"))
        #expect(health["memory"] != nil && health["memory"] != .null)
    }

    @Test("another instance under the same prefix is reported once, and answered so that it notices too (P1-Dongel-ESP32 53)")
    func otherInstance() throws {
        let reporter = reporter()
        let other = BridgeIdentity(startedAt: start, instance: 0xDEF, host: "cel\u{7}lar")
        reporter.heard(info: BridgeDocuments.info(other, version: "9", discovery: nil, BridgeStatus()))
        _ = reporter.turn(at: start)
        #expect(
            log.lines == [
                "error: another p1mqtt on host cel?lar publishes under the same prefix p1: give one of them another mqtt.topicPrefix, or stop it"
            ])
        let answer = try #require(fixture.taken().last { $0.topic == "p1/bridge/info" })
        #expect(answer.text.contains(#""instance":"0000000000000abc""#))
        for time: Int64 in [1000, 2000] {
            reporter.heard(info: BridgeDocuments.info(other, version: "9", discovery: nil, BridgeStatus()))
            _ = reporter.turn(at: start.advanced(byMilliseconds: time))
        }
        #expect(log.lines.count == 1)
        #expect(fixture.taken().isEmpty)
    }

    @Test("its own info, and what is none, are nobody else's", arguments: ["own", "", "{", "[1]", "{\"instance\":5}"])
    func notOther(_ text: String) {
        let reporter = reporter()
        let own = BridgeDocuments.info(
            BridgeIdentity(startedAt: start, instance: 0xABC, host: "attic"), version: "1", discovery: nil, BridgeStatus())
        reporter.heard(info: text == "own" ? own : Array(text.utf8))
        _ = reporter.turn(at: start)
        #expect(log.lines.isEmpty)
    }

    @Test("any number of other instances are reported a few times") func manyInstances() {
        let reporter = reporter()
        for instance: UInt64 in 1...40 {
            let other = BridgeIdentity(startedAt: start, instance: instance, host: "h")
            reporter.heard(info: BridgeDocuments.info(other, version: "9", discovery: nil, BridgeStatus()))
        }
        _ = reporter.turn(at: start)
        #expect(log.lines.count == 8)
    }
}

@Suite("Identity of the bridge") struct BridgeIdentityTests {
    @Test("the client id is the same at each start, another for each prefix, and one that any broker takes") func clientId() {
        let id = BridgeIdentity.clientId(prefix: "p1")
        #expect(id == BridgeIdentity.clientId(prefix: "p1"))
        #expect(id != BridgeIdentity.clientId(prefix: "p2"))
        // MQTT 3.1.1, section 3.1.3.1: 23 letters and digits are what every broker has to take; dashes are common.
        #expect(id.hasPrefix("p1mqtt-") && id.utf8.count <= 23)
    }

    @Test("two instances differ") func instances() {
        let now = Moment.now()
        #expect(BridgeIdentity(startedAt: now).instance != BridgeIdentity(startedAt: now).instance)
        #expect(BridgeIdentity(startedAt: now).instance.count == 16)
    }

    @Test("the table of topics of many meters keeps its size") func manyMeters() throws {
        var identity = MeterIdentity()
        let telegram = try TelegramFixture.telegram(["1-0:1.7.0(1.0*kW)"])
        identity.learn(from: telegram, telegram.document(), encryption: nil)
        let meters = (0..<20).map { (MeterTopics(bridgePrefix: "p1", meterName: "m\($0)"), identity) }
        let few = try JSONReader.read(BridgeDocuments.topics(Array(meters.prefix(2))))
        #expect(few.keys.contains("p1/m1/electricity/received/actual"))
        let many = try JSONReader.read(BridgeDocuments.topics(meters))
        #expect(many.keys == ["p1/+/derived/netPower/total", "p1/+/electricity/received/actual", "p1/+/meterType"])
    }
}

@Suite("What others may make the bridge do") struct BridgeStormTests {
    private let fixture = PipelineFixture()
    private let inbox = Inbox(wake: WakeDescriptor())

    private func reporter() -> BridgeReporter {
        BridgeReporter(
            identity: BridgeIdentity(startedAt: fixture.now), settings: Settings(),
            meters: [(fixture.pipeline, Feed(source: FileSource(path: "capture"), consumer: fixture.pipeline))], outbox: fixture.outbox,
            inbox: inbox, broker: BrokerMemory(), logger: fixture.log.logger)
    }

    @Test("however often Home Assistant says that it has started, all is sent again twice a minute at most") func birthStorm() {
        let reporter = reporter()
        fixture.send(Array(GoldenPair.telegram.utf8))
        var documents = 0
        for step in 0..<1200 {
            let now = fixture.now.advanced(byMilliseconds: Int64(step) * 100)
            for _ in 0..<10 { reporter.homeAssistantStarted(at: now) }
            _ = reporter.turn(at: now)
            documents += fixture.topics().count { $0 == "p1/json" }
        }
        // Two minutes: the telegram itself, and what was sent again.
        #expect((3...6).contains(documents), "\(documents)")
    }

    @Test("one word of Home Assistant is answered within seconds, however long it was quiet before (OpenMQTTGateway 1273)") func birth() {
        let reporter = reporter()
        fixture.send(Array(GoldenPair.telegram.utf8))
        for start: Int64 in [0, 3_600_000] {
            _ = reporter.turn(at: fixture.now.advanced(byMilliseconds: start))
            reporter.homeAssistantStarted(at: fixture.now.advanced(byMilliseconds: start + 1))
            _ = reporter.turn(at: fixture.now.advanced(byMilliseconds: start + 1))
            _ = fixture.taken()
            _ = reporter.turn(at: fixture.now.advanced(byMilliseconds: start + 3001))
            #expect(fixture.topics().contains("p1/json"))
        }
    }

    @Test("a flood of large documents under bridge/info costs neither memory nor time") func infoStorm() {
        let large = Array(#"{"instance":"x","host":""#.utf8) + [UInt8](repeating: 0x61, count: 600_000) + Array(#""}"#.utf8)
        let reporter = reporter()
        for _ in 0..<64 { reporter.heard(info: large) }
        _ = reporter.turn(at: fixture.now)
        #expect(fixture.log.lines.count == 1 && fixture.log.lines[0].utf8.count < 500)
    }
}
