import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

@Suite("Choice among M-Bus meters") struct MBusChoiceTests {
    private let old = "4731"
    private let new = "4732"

    /// The id of what stands under `gas` after these telegrams.
    private func gas(_ telegrams: [[String]], gasMeter: String? = nil) throws -> Document.Value? {
        var options = TelegramInterpreter.Options()
        options.gasMeter = gasMeter
        var interpreter = TelegramInterpreter(options)
        var document: CompletedDocument?
        for lines in telegrams { document = try TelegramFixture.document(TelegramFixture.dsmr5 + lines, &interpreter) }
        return document?["gas/equipmentId"]
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

    @Test("gives way when it has been dead for a day, or is gone") func givesWay() throws {
        let first = TelegramFixture.gas(channel: 2, id: old, time: "260702170000S")
        let dead = TelegramFixture.gas(channel: 1, id: new) + TelegramFixture.gas(channel: 2, id: old, time: "260702170000S")
        let fresh = TelegramFixture.gas(channel: 1, id: new) + TelegramFixture.gas(channel: 2, id: old, time: "260702190000S")
        #expect(try gas([first, dead]) == .text(new))
        #expect(try gas([first, fresh]) == .text(old))
        #expect(try gas([first, TelegramFixture.gas(channel: 1, id: new)]) == .text(new))
        // It is the new one from then on.
        #expect(try gas([first, dead, fresh]) == .text(new))
    }

    @Test("the one that the configuration names, as sent or as printed on it", arguments: ["4732", "G2", "g2"])
    func configured(_ name: String) throws {
        let lines = TelegramFixture.gas(channel: 1, id: old) + TelegramFixture.gas(channel: 2, id: new, time: "260601100000S")
        #expect(try gas([lines], gasMeter: name) == .text(new))
    }

    @Test("the others, when the configuration names one that is not there") func configuredAbsent() throws {
        #expect(
            try gas([TelegramFixture.gas(channel: 1, id: old) + TelegramFixture.gas(channel: 2, id: new)], gasMeter: "77") == .text(old))
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
