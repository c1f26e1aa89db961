import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTInput
@testable import P1MQTTMeter

@Suite("The page of metrics") struct MetricsPageTests {
    static func page(_ meters: [MetricsPage.Meter]) -> MetricsPage {
        var process = ProcessFigures(startedAt: 1_783_095_302_125)
        // Of proc(5), with a name that tries to look like more.
        process.read(
            stat:
                "42 (p1 (mqtt) 7) S 1 42 42 0 -1 4194560 900 0 0 0 150 25 0 0 20 0 3 0 100 200000 4096 18446744073709551615 1 1 0 0 0 0 0 0 0"
        )
        return MetricsPage(
            version: "1.2.3", process: process, isConnected: true,
            broker: .init(reconnects: 1, published: 2, superseded: 3, dropped: 4, rejected: 5, pending: 6), meters: meters)
    }

    static func text(_ page: MetricsPage) -> String {
        let next = page.portions()
        var bytes: [UInt8] = []
        while let portion = next() { bytes += portion }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func meter(_ label: String, samples: MeterSamples? = nil, isOnline: Bool = true) -> MetricsPage.Meter {
        var counts = TelegramCounts()
        counts.good = 7
        counts[.wrongChecksum] = 2
        counts[.noise] = 30
        return MetricsPage.Meter(
            label: label, counts: counts, isOnline: isOnline, lastTelegram: 1_783_095_302_500,
            identity: MeterIdentity(meterType: "XMX5\\LG", version: "50", dialect: .dsmr5), samples: samples, served: (3, 1))
    }

    @Test("says how the program and each meter fare") func program() {
        let text = Self.text(Self.page([Self.meter("house"), Self.meter("barn", isOnline: false)]))
        for line in [
            #"p1mqtt_build_info{version="1.2.3"} 1"#, "p1mqtt_broker_connected 1", "p1mqtt_reconnects_total 1",
            "p1mqtt_messages_dropped_total 4", "process_cpu_seconds_total 1.75", "process_start_time_seconds 1783095302.125",
            "process_threads 3", "process_virtual_memory_bytes 200000",
            #"p1mqtt_telegrams_total{meter="house",result="accepted"} 7"#, #"p1mqtt_telegrams_total{meter="barn",result="refused"} 2"#,
            #"p1mqtt_faults_total{meter="house",fault="wrongChecksum"} 2"#, #"p1mqtt_faults_total{meter="house",fault="noise"} 30"#,
            #"p1mqtt_meter_online{meter="barn"} 0"#, #"p1mqtt_last_telegram_timestamp_seconds{meter="house"} 1783095302.500"#,
            #"p1mqtt_meter_info{meter="house",type="XMX5\\LG",dialect="DSMR 5",version="50"} 1"#,
            #"p1mqtt_served_clients{meter="house"} 3"#, #"p1mqtt_served_clients_dropped_total{meter="barn"} 1"#,
        ] { #expect(text.contains("\n\(line)\n"), "\(line)\n\(text)") }
        let types = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
        #expect(Set(types).count == types.count)
        #expect(!text.contains(#"fault="cutOff""#))
    }

    @Test("a family stands in one place, whoever has it, and a meter that is away has no values") func families() throws {
        let samples = MeterSamples(try TelegramFixture.document(["1-0:1.7.0(01.193*kW)", "1-0:1.8.1(000001.000*kWh)"]))
        let meters = [Self.meter("a", samples: samples), Self.meter("b", isOnline: false), Self.meter("c", samples: samples)]
        let lines = Self.text(Self.page(meters)).split(separator: "\n").filter { !$0.hasPrefix("#") }
        let names = lines.map { $0.prefix { $0 != "{" && $0 != " " } }
        var seen: Set<Substring> = []
        for (index, name) in names.enumerated() where index == 0 || names[index - 1] != name {
            #expect(seen.insert(name).inserted, "\(name) is in two places")
        }
        #expect(lines.count { $0.hasPrefix("p1_electricity_received_actual_watts{") } == 2)
        #expect(!lines.contains { $0.hasPrefix("p1_") && $0.contains(#"meter="b""#) })
    }

    @Test("a thousand meters are made portion by portion") func many() throws {
        let samples = MeterSamples(try TelegramFixture.document(["1-0:1.7.0(01.193*kW)", "1-0:1.8.1(000001.000*kWh)"]))
        let next = Self.page((0..<1000).map { Self.meter("meter-\($0)", samples: samples) }).portions()
        var (largest, count) = (0, 0)
        while let portion = next() { (largest, count) = (max(largest, portion.count), count + 1) }
        #expect(count > 8 && largest < 200_000)
    }

    @Test("a meter without a name has the prefix, unless that is another one's name") func labels() {
        #expect(MetricsPage.label("house", prefix: "p1", names: ["house"]) == "house")
        #expect(MetricsPage.label(nil, prefix: "p1", names: ["house"]) == "p1")
        #expect(MetricsPage.label(nil, prefix: "p1", names: ["p1"]) == "p1/")
    }

    @Test("an offline meter has no samples, and the next telegram brings them back") func offline() {
        let fixture = PipelineFixture()
        var settings = Settings()
        settings.metrics.listen = PortAddress(host: "127.0.0.1", port: 9101)
        fixture.pipeline.goOn(in: settings)
        let lines = ["1-0:1.7.0(01.193*kW)", "0-0:96.1.1(4530303236)"]
        fixture.send(lines)
        #expect(fixture.pipeline.publication.samples != nil && fixture.pipeline.publication.lastTelegram == fixture.now.utc)
        fixture.report(.silent)
        #expect(fixture.pipeline.publication.samples == nil && fixture.pipeline.publication.lastTelegram != nil)
        fixture.send(lines)
        #expect(fixture.pipeline.publication.samples != nil)
        let plain = PipelineFixture()
        plain.send(lines)
        #expect(plain.pipeline.publication.samples == nil)
    }

    @Test("pages are given so many at once, then so many a second") func budget() {
        var budget = RequestBudget()
        var now = PipelineFixture.start
        func taken() -> Int64 {
            var count: Int64 = 0
            while count < 1000, budget.take(at: now) { count += 1 }
            return count
        }
        #expect(taken() == RequestBudget.burst)
        now = now.advanced(byMilliseconds: 1000)
        #expect(taken() == RequestBudget.perSecond)
        now = now.advanced(byMilliseconds: Int64.max / 4)
        #expect(taken() == RequestBudget.burst)
    }

    @Test(
        "an address and a port are one text",
        arguments: [
            ("127.0.0.1:9101", true), ("[::1]:9101", true), ("0.0.0.0:1", true), ("localhost:9101", false), ("127.0.0.1", false),
            (":9101", false), ("::1:9101", false), ("127.0.0.1:0", false), ("127.0.0.1:65536", false), ("[127.0.0.1]:9101", false),
            ("", false),
        ]) func addresses(text: String, isAllowed: Bool)
    {
        let codec = SettingCodec<PortAddress>.portAddress
        let address = codec.decode(.text(text))
        #expect((address != nil) == isAllowed)
        if let address { #expect(codec.encode(address) == .text(text)) }
    }
}
