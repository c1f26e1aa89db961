import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

@Suite("Layout of the document") struct DocumentLayoutTests {
    private let layout = DocumentLayout.shared

    @Test("has a place for each row of the catalogue") func complete() {
        let paths = Set(layout.places.map(\.path))
        for (index, row) in Catalogue.rows.enumerated() {
            let expected: [String] =
                switch row.scope {
                case .meter: [row.path]
                case .relay: (1...4).map { "electricity/relay/\($0)" }
                case .medium(let medium): ["\(medium.rawValue)/\(row.path)"]
                case .mbus where !Catalogue.isGeneral(index): (["heat"] + (1...4).map { "mbus/\($0)" }).map { "\($0)/\(row.path)" }
                case .mbus: MBusMedium.allCases.map { "\($0.rawValue)/\(row.path)" } + (1...4).map { "mbus/\($0)/\(row.path)" }
                }
            for path in expected { #expect(paths.contains(path), "\(row.codeText)") }
        }
    }

    @Test("has each path once, and places in the order of the document") func unique() {
        #expect(Set(layout.places.map(\.path)).count == layout.places.count)
        for (slot, place) in layout.places.enumerated() { #expect(layout.slot(place.path) == slot) }
    }

    @Test("every place has a meaning, and no path a level that MQTT would not take") func paths() {
        for place in layout.places {
            #expect(!place.meaning.isEmpty)
            #expect(Topic.fault(in: "p1/" + place.path) == nil)
            #expect(!place.path.hasPrefix("/") && !place.path.contains("//"))
        }
    }

    @Test("names all codes that lead to a place") func codes() throws {
        let version = layout.places[layout.slot("version")]
        #expect(version.codes == ["1-3:0.2.8", "0-0:96.1.4"])
        #expect(layout.places[layout.slot("gas/reading")].codes == ["0-n:24.2.1", "0-n:24.2.3", "0-n:24.3.0", "7-0:23.1.0"])
        #expect(layout.places[layout.slot("derived/netPower/total")].codes.isEmpty)
    }

    @Test("the catalogue says the same quantity on every row of a path") func quantities() {
        for row in Catalogue.rows where row.scope == .meter {
            // A time that is sent in two parts stands where the whole one does.
            let quantity = row.quantity == .clockPart ? .time : row.quantity
            #expect(layout.places[layout.slot(row.path)].quantity == quantity, "\(row.codeText)")
        }
    }

    @Test("the reserved names are the first levels of all topics") func reserved() {
        for place in layout.places {
            #expect(DocumentLayout.reservedNames.contains(String(place.path.split(separator: "/").first ?? "")))
        }
        for name in ["bridge", "json", "raw", "availability", "unknown", "event", "history", "held"] {
            #expect(DocumentLayout.reservedNames.contains(name))
        }
    }

    /// What node-p1-reader 2.0 prints for a meter that sends nothing, key by key; times and texts aside.
    @Test("an empty telegram has the keys and nulls of node-p1-reader") func empty() throws {
        let nothing = #"{"reading":null,"unit":null}"#
        let phases = #"{"L1":\#(nothing),"L2":\#(nothing),"L3":\#(nothing)}"#
        let direction = #"{"tariff1":\#(nothing),"tariff2":\#(nothing),"actual":\#(nothing)}"#
        let counts = #"{"L1":null,"L2":null,"L3":null}"#
        let demand = #"{"currentDemandPeriod":\#(nothing),"maximumDemand":{"timestamp":null,"reading":null,"unit":null}}"#
        let expected =
            #"{"meterType":"TST5\\2UNIT","version":null,"timestamp":null,"equipmentId":null,"#
            + #""textMessage":{"codes":null,"message":null},"electricity":{"received":\#(direction),"delivered":\#(direction),"#
            + #""tariffIndicator":null,"threshold":null,"fuseThreshold":null,"switchPosition":null,"numberOfPowerFailures":null,"#
            + #""numberOfLongPowerFailures":null,"longPowerFailureLog":null,"voltageSags":\#(counts),"voltageSwell":\#(counts),"#
            + #""instantaneous":{"current":\#(phases),"voltage":\#(phases),"power":{"positive":\#(phases),"negative":\#(phases)}},"#
            + #""demand":{"positiveActiveDemand":\#(demand),"negativeActiveDemand":\#(demand),"#
            + #""maximumDemandLastMonths":{"count":null,"months":null}}},"#
            + #""gas":{"deviceType":null,"equipmentId":null,"timestamp":null,"reading":null,"unit":null,"valvePosition":null}}"#
        #expect(String(decoding: try TelegramFixture.document([]).json(), as: UTF8.self) == expected)
    }

    @Test("additions change neither the keys of node-p1-reader nor their order") func additions() throws {
        let tree = try TelegramFixture.document(
            TelegramFixture.dsmr5 + [
                "0-0:96.1.1()", "0-0:96.1.0(M1)", "0-0:42.0.0(4C4F4749)", "1-0:1.8.0(5.0*kWh)", "1-0:1.8.3(1.0*kWh)", "1-0:1.7.0(0.1*kW)",
                "1-0:32.34.0(190.0*V)",
                "1-0:16.7.0(-0.5*kW)", "1-0:1.5.0(0.2*kW)", "0-1:24.1.0(007)", "0-1:96.1.0(AB12)",
                "0-1:24.2.1(260703180000S)(00001.000*m3)",
            ]
        ).tree()
        #expect(
            tree.keys == [
                "meterType", "version", "timestamp", "equipmentId", "serialNumber", "textMessage", "logicalDeviceName", "electricity",
                "gas", "water", "mbus", "derived",
            ])
        #expect(tree.at("electricity/received")?.keys == ["tariff1", "tariff2", "actual", "total", "tariff3"])
        #expect(tree.at("electricity/demand/positiveActiveDemand")?.keys == ["currentDemandPeriod", "maximumDemand", "lastPeriod"])
        #expect(tree.at("mbus")?.keys == ["1"])
        #expect(tree.at("gas/reading") == .null)
    }

    @Test("the shapes of values") func shapes() throws {
        let document = try TelegramFixture.document([
            "1-0:1.8.1(000123.456*kWh)", "0-0:17.0.0(016.1*kW)", "1-0:31.4.0(010*A)", "1-0:51.4.0(020*A)",
            "1-0:1.6.0(260702191500S)(03.125*kW)", "1-0:16.7.0(-00.250*kW)", "1-0:36.7.0(00.100*kW)", "0-0:96.3.10(1)",
            "0-2:96.3.10(0)", "0-0:96.7.21(00012)", "0-0:96.14.0(0002)",
        ])
        #expect(try document.json(at: "electricity/received/tariff1") == #"{"reading": 123.456, "unit": "kWh"}"#)
        #expect(try document.json(at: "electricity/threshold") == #"{"value": 16.1, "unit": "kW"}"#)
        #expect(
            try document.json(at: "electricity/fuseThreshold")
                == #"{"value": 10, "unit": "A", "L2": {"value": 20, "unit": "A"}}"#)
        #expect(
            try document.json(at: "electricity/demand/positiveActiveDemand/maximumDemand")
                == #"{"timestamp": "2026-07-02T17:15:00.000Z", "reading": 3.125, "unit": "kW"}"#)
        #expect(
            try document.json(at: "electricity/instantaneous/power/net")
                == #"{"reading": -0.250, "unit": "kW", "L1": {"reading": 0.100, "unit": "kW"}}"#)
        #expect(try document.json(at: "electricity/switchPosition") == #""1""#)
        #expect(try document.json(at: "electricity/relay") == #"{"2": "0"}"#)
        #expect(try document.json(at: "electricity/numberOfPowerFailures") == "12")
        #expect(try document.json(at: "electricity/tariffIndicator") == "2")
    }

    @Test("a limit below another keeps its object when it is missing itself") func limitBelow() throws {
        let document = try TelegramFixture.document(["1-0:71.4.0(020*A)"])
        #expect(
            try document.json(at: "electricity/fuseThreshold") == #"{"value": null, "unit": null, "L3": {"value": 20, "unit": "A"}}"#)
    }
}
