import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTInput
@testable import P1MQTTMeter

/// One telegram changes nothing of the meters on the M-Bus: topics, documents, events, devices, availability.
@Suite("Meters on the M-Bus, from telegrams to messages") struct MBusMeterPipelineTests {
    private static let device = "homeassistant/device/p1mqtt_4732/config"

    private let first = TelegramFixture.gas(channel: 1, id: "4731")
    private let gas = TelegramFixture.gas(channel: 2, id: "4732", reading: "00500.000")

    private func fixture(_ gasMeter: String?) -> PipelineFixture {
        let fixture = PipelineFixture { _, meter in meter.gasMeter = gasMeter }
        for _ in 0..<3 { send(gas, to: fixture) }
        #expect(fixture.topics().contains(Self.device))
        return fixture
    }

    private func send(_ mbus: [String], to fixture: PipelineFixture, meter: String = "4B41") {
        fixture.send(TelegramFixture.dsmr5 + ["0-0:96.1.1(\(meter))", "1-0:1.8.1(000100.000*kWh)"] + mbus)
    }

    /// What a telegram leads to, the values of the electricity meter left out.
    private func messages(_ fixture: PipelineFixture) -> [String: String] {
        let values = fixture.taken().filter { message in
            ["p1/mbus/", "p1/gas/", "p1/event/", "homeassistant/"].contains { message.topic.hasPrefix($0) }
        }
        return Dictionary(values.map { ($0.topic, $0.text) }, uniquingKeysWith: { $1 })
    }

    @Test("lines that are missing or damaged hand nothing over and remove nothing", arguments: [nil, "4732", "G2"])
    func missing(_ gasMeter: String?) {
        let fixture = fixture(gasMeter)
        let damaged: [[String]] = [
            [], ["0-2:24.1.0(003)", "0-2:96.1.0(4732)"],
            ["0-2:24.1.0(003)", "0-2:96.1.0(4732)", "0-2:24.2.1(2607031?1000S)(005)0.000*m3)"],
            ["0-2:24.1.0(003)", "0-2:24.2.1(260703181000S)(00500.000*m3)"],
            ["0-2:96.1.0(4732)", "0-2:24.2.1(260703181000S)(00500.000*m3)"],
        ]
        for (index, lines) in damaged.enumerated() {
            // One that was there three times would be there to stay.
            for others in index < 2 ? [[], first] : [[]] {
                send(others + lines, to: fixture)
                let now = messages(fixture)
                #expect(now["p1/gas/reading"] ?? "500.000" == "500.000", "\(lines)")
                #expect(now["p1/gas/equipmentId"] ?? "4732" == "4732", "\(lines)")
                let others = now.keys.filter { !$0.hasPrefix("p1/mbus/2/") && !$0.hasPrefix("p1/gas/") || $0.hasSuffix("availability") }
                #expect(others.isEmpty, "\(lines)")
                send(gas, to: fixture)
                #expect(messages(fixture)["p1/gas/reading"] == "500.000")
            }
        }
    }

    @Test("another id on its channel: nothing until the third telegram in a row, then all at once", arguments: [nil, "4732"])
    func newId(_ gasMeter: String?) {
        let fixture = fixture(gasMeter)
        let next = TelegramFixture.gas(channel: 2, id: "4733", reading: "00001.000")
        // Once, and alternating.
        for _ in 0..<10 {
            send(next, to: fixture)
            #expect(messages(fixture).isEmpty)
            send(gas, to: fixture)
            let now = messages(fixture)
            #expect(now["p1/mbus/2/reading"] == "500.000" && now["p1/gas/reading"] == "500.000")
            #expect(!now.keys.contains { $0.hasPrefix("homeassistant") || $0.hasPrefix("p1/event") })
        }
        for _ in 0..<2 {
            send(next, to: fixture)
            #expect(messages(fixture).isEmpty)
        }
        send(next, to: fixture)
        let swap = messages(fixture)
        #expect(swap["p1/mbus/2/reading"] == "1.000" && swap["p1/gas/reading"] == "1.000" && swap["p1/gas/equipmentId"] == "4733")
        #expect(swap[Self.device] == "" && swap["homeassistant/device/p1mqtt_4733/config"]?.contains("4733") == true)
        #expect(swap["p1/event/meterSwap"]?.contains(#""oldEquipmentId":"4732","equipmentId":"4733""#) == true)
        #expect(swap["p1/event/heldRegister"] == nil)
        #expect(fixture.pipeline.counts[.heldRegister] == 0)
    }

    @Test("a meter on a channel where none was takes three telegrams: the number of a channel may be damaged")
    func newChannel() {
        let fixture = fixture(nil)
        for _ in 0..<2 {
            send(first + gas, to: fixture)
            #expect(!messages(fixture).keys.contains { $0.hasPrefix("p1/mbus/1/") })
        }
        send(first + gas, to: fixture)
        let now = messages(fixture)
        #expect(now["p1/mbus/1/reading"] == "987.654" && now["p1/gas/equipmentId"] == "4732")
        send(first + gas, to: fixture)
        #expect(messages(fixture).keys.contains("homeassistant/device/p1mqtt_4731/config"))
    }

    @Test("a meter that moves to another channel keeps its device, which is not deleted in between")
    func moved() {
        let fixture = fixture(nil)
        let moved = TelegramFixture.gas(channel: 3, id: "4732", reading: "00500.001")
        var devices: [String] = []
        for _ in 0..<4 {
            send(moved, to: fixture)
            devices += fixture.taken().filter { $0.topic.hasPrefix("homeassistant") }.map(\.text)
        }
        #expect(devices.count == 1 && devices.first?.contains("p1/mbus/3/reading") == true)
    }

    @Test("what is known survives a restart")
    func restart() throws {
        let topics = MeterTopics(bridgePrefix: "p1", meterName: nil)
        let memory = BrokerMemory(recalling: [topics])
        let lines = TelegramFixture.dsmr5 + ["0-0:96.1.1(4B41)", "1-0:1.8.1(000100.000*kWh)"] + gas
        memory.note(.message(.init(topic: topics.document, payload: try TelegramFixture.document(lines).json(), isRetained: true)))
        memory.note(.recalled)
        let fixture = PipelineFixture(broker: memory) { $1.source = .tcp(host: "meter", port: 23) }
        send(TelegramFixture.gas(channel: 2, id: "4733"), to: fixture)
        #expect(!messages(fixture).keys.contains { $0.hasPrefix("p1/mbus/2/reading") || $0.hasPrefix("p1/gas") })
        send(gas, to: fixture)
        #expect(messages(fixture)["p1/gas/reading"] == "500.000")
    }

    @Test("another electricity meter comes with its own")
    func behindAnother() {
        let fixture = fixture(nil)
        let other = TelegramFixture.gas(channel: 2, id: "4735", reading: "00003.000")
        for _ in 0..<2 { send(other, to: fixture, meter: "4B42") }
        let now = messages(fixture)
        #expect(now["p1/gas/equipmentId"] == "4735" && now["p1/mbus/2/reading"] == "3.000")
    }
}
