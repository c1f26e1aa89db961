import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

@Suite("Events of a meter") struct MeterEventWatchTests {
    private static let id = "4530303438303030303132333435363738"

    /// Feeds telegrams and writes down their events, as `2 tariff` for one of the third telegram.
    private func events(_ telegrams: [[String]], hasChecksum: Bool = true) throws -> [String] {
        try payloads(telegrams, hasChecksum: hasChecksum).map { "\($0.telegram) \($0.event.kind)" }
    }

    private func payloads(
        _ telegrams: [[String]], hasChecksum: Bool = true
    ) throws -> [(telegram: Int, event: MeterEvent)] {
        var watch = MeterEventWatch()
        return try telegrams.enumerated().flatMap { index, lines in
            let lines = TelegramFixture.dsmr5 + lines
            return watch.look(at: try TelegramFixture.document(lines, hasChecksum: hasChecksum)).map { (index, $0) }
        }
    }

    private func text(_ event: MeterEvent) -> String { String(decoding: event.payload, as: UTF8.self) }

    @Test("a tariff that changes is reported once, with both") func tariff() throws {
        let found = try payloads([["0-0:96.14.0(0002)"], ["0-0:96.14.0(0002)"], ["0-0:96.14.0(0001)"], ["0-0:96.14.0(0001)"]])
        #expect(found.map(\.telegram) == [2])
        let message = try #require(found.first).event.message(MeterTopics(bridgePrefix: "p1", meterName: "roof"), seq: 7)
        #expect(message.topic == "p1/roof/event/tariff")
        #expect(message.text == #"{"event_type":"tariff","time":"2026-07-03T16:15:02.000Z","from":2,"to":1,"seq":7}"#)
        #expect(!message.retain && message.qos == 1 && message.kind == .event)
    }

    @Test("a breaker that opens, also as a word") func breaker() throws {
        let found = try payloads([["0-0:96.50.68(ON)"], ["0-0:96.50.68(OFF)"]])
        #expect(found.map { text($0.event) } == [#"{"event_type":"breaker","time":"2026-07-03T16:15:02.000Z","from":"ON","to":"OFF"}"#])
    }

    @Test("a counter that rises, with its phase; one that goes back is none") func sags() throws {
        let found = try payloads([
            ["1-0:52.32.0(00004)", "1-0:32.36.0(00001)"], ["1-0:52.32.0(00006)", "1-0:32.36.0(00000)"], ["1-0:32.36.0(00001)"],
        ])
        #expect(
            found.map { text($0.event) } == [
                #"{"event_type":"voltageSag","time":"2026-07-03T16:15:02.000Z","phase":"L2","count":6,"increase":2}"#,
                #"{"event_type":"voltageSwell","time":"2026-07-03T16:15:02.000Z","phase":"L1","count":1,"increase":1}"#,
            ])
    }

    @Test("a message of the grid operator; its end is none") func message() throws {
        let hello = "0-0:96.13.0(48616C6C6F)"
        let found = try payloads([["0-0:96.13.0()"], [hello], [hello], ["0-0:96.13.0()"], [hello]])
        #expect(found.map(\.telegram) == [1, 4])
        #expect(
            text(try #require(found.first).event)
                == #"{"event_type":"message","time":"2026-07-03T16:15:02.000Z","path":"textMessage/message","message":"Hallo"}"#)
        // One that was there at the start.
        #expect(try events([[hello], [hello]]) == [])
    }

    @Test("without a checksum a value must come twice, the first one too") func unchecked() throws {
        let (low, normal) = (["0-0:96.14.0(0001)"], ["0-0:96.14.0(0002)"])
        #expect(try events([low, low, normal, low, normal, normal], hasChecksum: false) == ["5 tariff"])
        #expect(try events([normal, low, low, low], hasChecksum: false) == [])
    }

    @Test("a line that is missing for a while changes nothing") func missingLine() throws {
        #expect(try events([["0-0:96.14.0(0002)"], [], ["0-0:96.14.0(0002)"], [], ["0-0:96.14.0(0001)"]]) == ["4 tariff"])
    }

    @Test("another electricity meter is reported, and starts afresh") func meterSwap() throws {
        let old = ["0-0:96.1.1(\(Self.id))", "0-0:96.14.0(0001)", "1-0:32.32.0(00001)"]
        let new = ["0-0:96.1.1(4530303438303030303939393939393939)", "0-0:96.14.0(0002)", "1-0:32.32.0(00005)"]
        let found = try payloads([old, old, new, new])
        #expect(found.map { "\($0.telegram) \($0.event.kind)" } == ["2 meterSwap"])
        #expect(
            text(try #require(found.first).event)
                == #"{"event_type":"meterSwap","time":"2026-07-03T16:15:02.000Z","meter":"electricity","oldEquipmentId":"\#(Self.id)","#
                + #""equipmentId":"4530303438303030303939393939393939"}"#)
    }

    @Test("another gas meter is reported, on its own channel or on another; an id that says nothing is none") func gasSwap() throws {
        let old = TelegramFixture.gas(channel: 1, id: "4731")
        #expect(
            try events([old, old, TelegramFixture.gas(channel: 1, id: "4732"), TelegramFixture.gas(channel: 1, id: "4732")]) == [
                "2 meterSwap"
            ])
        // What is left of the old one stays on channel 1 (dsmr-reader 1794).
        let ghost = TelegramFixture.gas(channel: 1, id: "", time: "632525252525S", reading: "00000.000")
        let moved = ghost + TelegramFixture.gas(channel: 2, id: "4732")
        let found = try payloads([old, old, ghost, moved, moved, moved])
        #expect(found.map { "\($0.telegram) \($0.event.kind)" } == ["3 meterSwap"])
        #expect(text(try #require(found.first).event).contains(#""meter":"gas","oldEquipmentId":"4731","equipmentId":"4732""#))
    }
}

@Suite("Power failures") struct PowerFailureWatchTests {
    private func log(_ entries: [(end: String, seconds: Int)]) -> String {
        "1-0:99.97.0(\(entries.count))(0-0:96.7.19)" + entries.map { "(\($0.end))(\($0.seconds)*s)" }.joined()
    }

    private let first = (end: "260601120000S", seconds: 300)
    private let second = (end: "260703100000S", seconds: 6201)

    /// Feeds telegrams with a counter and a log, and writes down their events as `1 2026-07-03T08:00:00.000Z 6201`, `1 null null`.
    private func events(_ telegrams: [(count: Int?, log: String?)]) throws -> [String] {
        var watch = MeterEventWatch()
        return try telegrams.enumerated().flatMap { index, telegram in
            let lines = TelegramFixture.dsmr5 + [telegram.count.map { "0-0:96.7.21(0000\($0))" }, telegram.log].compactMap { $0 }
            return try watch.look(at: try TelegramFixture.document(lines)).map { event in
                let json = try JSONReader.read(event.payload)
                #expect(event.kind == .powerFailure && json["event_type"] == .text("powerFailure"))
                guard case .text(let end)? = json["endOfFailure"] else { return "\(index) \(json["endOfFailure"]?.json ?? "")" }
                return "\(index) \(end) \(json["duration"]?.json ?? "")"
            }
        }
    }

    @Test("what the log holds at the start is no event") func baseline() throws {
        #expect(try events([(4, log([first, second])), (4, log([first, second]))]) == [])
    }

    @Test("a new entry is one event, whether the counter says so too or not", arguments: [nil, 4, 5])
    func entry(count: Int?) throws {
        let telegrams = [(count.map { _ in 4 }, log([first])), (count, log([first, second])), (count, log([first, second]))]
        #expect(try events(telegrams) == ["1 2026-07-03T08:00:00.000Z 6201"])
    }

    @Test("all that an entry tells") func payload() throws {
        var watch = MeterEventWatch()
        _ = watch.look(at: try TelegramFixture.document(TelegramFixture.dsmr5 + ["0-0:96.7.21(00004)", log([])]))
        let found = watch.look(at: try TelegramFixture.document(TelegramFixture.dsmr5 + ["0-0:96.7.21(00005)", log([second])]))
        #expect(
            found.map { String(decoding: $0.payload, as: UTF8.self) } == [
                #"{"event_type":"powerFailure","time":"2026-07-03T16:15:02.000Z","startOfFailure":"2026-07-03T06:16:39.000Z","#
                    + #""endOfFailure":"2026-07-03T08:00:00.000Z","duration":6201,"unit":"s","count":5}"#
            ])
    }

    @Test("a short one is in no log: the counter tells") func short() throws {
        #expect(try events([(4, log([first])), (5, log([first])), (5, log([first]))]) == ["1 null"])
        #expect(try events([(4, nil), (6, nil)]) == ["1 null"])
    }

    @Test("an entry that follows its count is not reported again") func late() throws {
        #expect(try events([(4, log([first])), (5, log([first])), (5, log([first, second]))]) == ["1 null"])
        let pause = Array(repeating: (5 as Int?, log([first]) as String?), count: 30)
        #expect(
            try events([(4, log([first])), (5, log([first]))] + pause + [(5, log([first, second]))])
                == ["1 null", "32 2026-07-03T08:00:00.000Z 6201"])
    }

    @Test("two at once are two; the oldest leaves a full log without a word") func several() throws {
        let third = (end: "260703110000S", seconds: 200)
        #expect(
            try events([(4, log([first])), (6, log([first, second, third])), (6, log([second, third]))])
                == ["1 2026-07-03T08:00:00.000Z 6201", "1 2026-07-03T09:00:00.000Z 200"])
    }

    @Test("an entry that comes back was reported before") func comesBack() throws {
        #expect(try events([(4, log([first, second])), (4, log([first])), (4, log([first, second]))]) == [])
    }
}
