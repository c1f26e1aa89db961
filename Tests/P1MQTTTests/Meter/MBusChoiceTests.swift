import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

@Suite("Choice among M-Bus meters") struct MBusChoiceTests {
    private let old = "4731"
    private let new = "4732"

    /// The id of what stands under `gas` after these telegrams, ten seconds apart.
    private func gas(_ telegrams: [[String]], gasMeter: String? = nil) throws -> Document.Value? {
        try all(telegrams, gasMeter: gasMeter).last ?? nil
    }

    /// The ids of what stands under `gas` with each of these telegrams.
    private func all(
        _ telegrams: [[String]], gasMeter: String? = nil, every seconds: Int64 = 10, after earlier: JSONTree? = nil
    ) throws -> [Document.Value?] {
        var options = TelegramInterpreter.Options()
        options.gasMeter = gasMeter
        var interpreter = TelegramInterpreter(options)
        if let earlier { interpreter.recall(earlier) }
        var time: Int64 = 1_783_095_302
        return try telegrams.map { lines in
            time += seconds
            return try TelegramFixture.document(TelegramFixture.dsmr5 + lines, &interpreter, arrival: time)["gas/equipmentId"]
        }
    }

    @Test("the live one, though a dead one stands on a lower channel") func swap() throws {
        let lines = TelegramFixture.gas(channel: 1, id: old, time: "260601100000S") + TelegramFixture.gas(channel: 2, id: new)
        #expect(try gas([lines]) == .text(new))
    }

    @Test("the one that reports, though one that never did stands on a lower channel") func empty() throws {
        let dead = ["0-1:24.1.0(003)", "0-1:96.1.0(\(old))", "0-1:24.2.1(632525252525S)(00000.000*m3)"]
        #expect(try gas([dead + TelegramFixture.gas(channel: 2, id: new)]) == .text(new))
    }

    @Test("the lowest channel of two that live") func lowest() throws {
        #expect(try gas([TelegramFixture.gas(channel: 3, id: new) + TelegramFixture.gas(channel: 1, id: old)]) == .text(old))
    }

    @Test("stays the one by its id, when the channels change and when another comes to life below it") func sticky() throws {
        let first = TelegramFixture.gas(channel: 2, id: new)
        let both = TelegramFixture.gas(channel: 1, id: old) + TelegramFixture.gas(channel: 2, id: new)
        let moved = TelegramFixture.gas(channel: 1, id: old) + TelegramFixture.gas(channel: 4, id: new)
        #expect(try gas([first, both]) == .text(new))
        #expect(try gas([first, both, moved]) == .text(new))
    }

    @Test("gives way when it has been dead for a day, in three telegrams") func givesWay() throws {
        let first = TelegramFixture.gas(channel: 2, id: old, time: "260702170000S")
        let dead = TelegramFixture.gas(channel: 1, id: new) + TelegramFixture.gas(channel: 2, id: old, time: "260702170000S")
        let fresh = TelegramFixture.gas(channel: 1, id: new) + TelegramFixture.gas(channel: 2, id: old, time: "260702190000S")
        #expect(try all([first, dead, dead, dead, fresh]) == [.text(old), .text(old), .text(old), .text(new), .text(new)])
        #expect(try gas([first, fresh, fresh, fresh, fresh]) == .text(old))
        // A damaged time of another meter is not its death.
        #expect(try gas([first, dead, fresh, dead, dead]) == .text(old))
    }

    private let other = TelegramFixture.gas(channel: 1, id: "4731")
    private let chosen = TelegramFixture.gas(channel: 2, id: "4732")

    @Test("while it is missing there is none, however often", arguments: [nil, "4732", "G2"])
    func missing(_ gasMeter: String?) throws {
        let absent = [[String]](repeating: other, count: 100)
        #expect(
            try all([chosen, other + chosen] + absent + [other + chosen], gasMeter: gasMeter) == [.text(new), .text(new)]
                + absent.map { _ in nil } + [.text(new)])
        // Nor when none of its lines but its id is there.
        let idOnly = other + ["0-2:24.1.0(003)", "0-2:96.1.0(4732)"]
        #expect(
            try all([chosen, idOnly, idOnly, idOnly, other + chosen], gasMeter: gasMeter)
                == [nil, nil, nil, nil, nil].map { _ in .text(new) })
    }

    @Test("one that the configuration names is waited for from the start", arguments: ["4732", "G2"])
    func namedFromTheStart(_ name: String) throws {
        #expect(try all([other, other, other + chosen, other], gasMeter: name) == [nil, nil, .text(new), nil])
    }

    @Test("another channel takes over after a day", arguments: [nil, "4732"])
    func day(_ gasMeter: String?) throws {
        // Five hours apart.
        let absent = [[String]](repeating: other, count: 7)
        #expect(
            try all([chosen] + absent, gasMeter: gasMeter, every: 18000)
                == [.text(new), nil, nil, nil, nil, nil, .text(old), .text(old)])
        // A day without telegrams is none of absence.
        #expect(try all([chosen, other, other], gasMeter: gasMeter, every: 86400) == [.text(new), nil, nil])
        #expect(try all([chosen, other, other + chosen, other], gasMeter: gasMeter, every: 86400) == [.text(new), nil, .text(new), nil])
    }

    @Test("another id on its channel takes over after three telegrams in a row", arguments: [nil, "4732"])
    func newId(_ gasMeter: String?) throws {
        let next = TelegramFixture.gas(channel: 2, id: "4733")
        let damaged = TelegramFixture.gas(channel: 2, id: "4734")
        #expect(try all([chosen, next, next, next, next], gasMeter: gasMeter) == [.text(new), nil, nil, .text("4733"), .text("4733")])
        #expect(
            try all([chosen, damaged, chosen, damaged, damaged, chosen], gasMeter: gasMeter) == [
                .text(new), nil, .text(new), nil, nil, .text(new),
            ])
    }

    @Test("a telegram that lost its id is the same meter's") func lostId() throws {
        let nameless = ["0-2:24.1.0(003)", "0-2:24.2.1(260703181000S)(00987.654*m3)"]
        var interpreter = TelegramInterpreter(.init())
        _ = try TelegramFixture.document(TelegramFixture.dsmr5 + other + chosen, &interpreter)
        _ = try TelegramFixture.document(TelegramFixture.dsmr5 + other + chosen, &interpreter)
        let document = try TelegramFixture.document(
            TelegramFixture.dsmr5 + ["0-1:24.1.0(003)", "0-1:24.2.1(260703181000S)(00987.654*m3)"], &interpreter)
        #expect(document["gas/reading"] != nil && document["gas/equipmentId"] == nil)
        #expect(try all([chosen, nameless, other + nameless, chosen]) == [.text(new), nil, nil, .text(new)])
    }

    @Test("is the one of the earlier run") func recall() throws {
        var interpreter = TelegramInterpreter(.init())
        let earlier = try TelegramFixture.document(TelegramFixture.dsmr5 + chosen, &interpreter).tree()
        #expect(try all([other, other + chosen], after: earlier) == [nil, .text(new)])
        #expect(try all([other, other + chosen]) == [.text(old), .text(old)])
    }

    @Test("of two without a time the one with a time, then the lowest channel") func withoutTime() throws {
        let untimed = ["0-1:24.1.0(003)", "0-1:96.1.0(4731)", "0-1:24.2.1(00012.345*m3)"]
        #expect(try gas([untimed + chosen]) == .text(new))
        #expect(try gas([untimed, untimed + chosen]) == .text(old))
        #expect(try gas([untimed + ["0-2:24.1.0(003)", "0-2:96.1.0(4732)", "0-2:24.2.1(00012.345*m3)"]]) == .text(old))
    }

    @Test("the one that the configuration names, as sent or as printed on it", arguments: ["4732", "G2", "g2"])
    func configured(_ name: String) throws {
        let lines = TelegramFixture.gas(channel: 1, id: old) + TelegramFixture.gas(channel: 2, id: new, time: "260601100000S")
        #expect(try gas([lines], gasMeter: name) == .text(new))
    }

    @Test("the others after a day, when the configuration names one that is not there") func configuredAbsent() throws {
        let both = [[String]](repeating: other + chosen, count: 6)
        #expect(try all(both, gasMeter: "77", every: 21600) == [nil, nil, nil, nil, .text(old), .text(old)])
    }

    @Test("one with an id, when another reports without one") func withoutId() throws {
        let lines = TelegramFixture.gas(channel: 1, id: "") + TelegramFixture.gas(channel: 2, id: new)
        #expect(try gas([lines]) == .text(new))
        #expect(try gas([TelegramFixture.gas(channel: 1, id: "") + TelegramFixture.gas(channel: 2, id: "00")]) == .text(""))
    }

    @Test("the only one, even when it is dead") func onlyOne() throws {
        #expect(try gas([TelegramFixture.gas(channel: 2, id: old, time: "200601100000S")]) == .text(old))
    }

    @Test("of each kind by itself") func kinds() throws {
        let document = try TelegramFixture.document(
            TelegramFixture.dsmr5 + TelegramFixture.gas(channel: 1, id: old) + TelegramFixture.gas(channel: 2, id: new)
                + TelegramFixture.gas(channel: 3, id: "5731", type: "007") + TelegramFixture.gas(channel: 4, id: "5732", type: "007"))
        #expect(document["gas/equipmentId"] == .text(old))
        #expect(document["water/equipmentId"] == .text("5731"))
        #expect(document["mbus/4/equipmentId"] == .text("5732"))
    }
}
