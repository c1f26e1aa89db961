import P1Parser
import Testing
@testable import P1MQTT

@Suite("Derived values") struct DerivedValueTests {
    private func derived(_ lines: [String]) throws -> String? {
        try TelegramFixture.document(lines).json(at: "derived")
    }

    @Test("totals are the exact sum of the tariffs") func totals() throws {
        #expect(
            try derived(["1-0:1.8.1(000000.1*kWh)", "1-0:1.8.2(000000.23*kWh)", "1-0:1.8.3(1*kWh)", "1-0:2.8.1(2.000*kWh)"])
                == #"{"received": {"total": {"reading": 1.33, "unit": "kWh"}}, "delivered": {"total": {"reading": 2.000, "unit": "kWh"}}}"#)
    }

    @Test("a total that the meter sends is not derived") func sentTotal() throws {
        #expect(try derived(["1-0:1.8.0(3.0*kWh)", "1-0:1.8.1(1.0*kWh)", "1-0:1.8.2(2.0*kWh)"]) == nil)
    }

    @Test("net power is taken minus fed in, each phase by itself") func netPower() throws {
        #expect(
            try derived([
                "1-0:1.7.0(00.100*kW)", "1-0:2.7.0(02.345*kW)", "1-0:21.7.0(00.100*kW)", "1-0:22.7.0(00.000*kW)",
                "1-0:61.7.0(00.500*kW)",
            ])
                == #"{"netPower": {"total": {"reading": -2.245, "unit": "kW"}, "L1": {"reading": 0.100, "unit": "kW"}, "#
                + #""L3": {"reading": 0.500, "unit": "kW"}}}"#)
    }

    @Test("both directions follow from signed power") func signed() throws {
        let feeding = try derived(["1-0:16.7.0(-00.250*kW)"])
        #expect(
            feeding
                == #"{"received": {"actual": {"reading": 0.000, "unit": "kW"}}, "delivered": {"actual": {"reading": 0.250, "unit": "kW"}}, "#
                + #""netPower": {"total": {"reading": -0.250, "unit": "kW"}}}"#)
        let taking = try TelegramFixture.document(["1-0:16.7.0(00.250*kW)"])
        #expect(try taking.json(at: "derived/received/actual/reading") == "0.250")
        #expect(try taking.json(at: "derived/delivered/actual/reading") == "0.000")
    }

    private func net(_ lines: [String]) throws -> String? {
        try TelegramFixture.document(lines).json(at: "derived/netPower/total/reading")
    }

    private let lithuanian = [
        "1-0:32.7.0(0000.242*kV)", "1-0:15.7.0(00000003.262*kW)", "1-0:21.7.0(00000000.000*kW)", "1-0:41.7.0(00000000.000*kW)",
        "1-0:61.7.0(00000000.000*kW)", "1-0:22.7.0(00000001.186*kW)", "1-0:42.7.0(00000001.061*kW)", "1-0:62.7.0(00000001.014*kW)",
    ]

    @Test("net power of all phases is their sum where the meter sends no other (Lithuania)") func phases() throws {
        #expect(try net(lithuanian) == "-3.261")
        #expect(try net(["1-0:36.7.0(-01.000*kW)", "1-0:56.7.0(00.250*kW)", "1-0:76.7.0(00.500*kW)"]) == "-0.250")
        #expect(try net(["1-0:21.7.0(01.000*kW)", "1-0:22.7.0(00.000*kW)"]) == "1.000")
        // What flows through a phase is not known.
        #expect(try net(["1-0:21.7.0(01.000*kW)", "1-0:32.7.0(230.0*V)", "1-0:52.7.0(230.0*V)"]) == nil)
        #expect(try net(["1-0:21.7.0(01.000*kW)", "1-0:42.7.0(00.000*kW)"]) == nil)
    }

    @Test("of several the more direct counts") func preference() throws {
        #expect(try net(lithuanian + ["1-0:1.7.0(00.000*kW)", "1-0:2.7.0(03.262*kW)"]) == "-3.262")
        #expect(try net(lithuanian + ["1-0:1.7.0(00.000*kW)", "1-0:2.7.0(03.262*kW)", "1-0:16.7.0(-03.260*kW)"]) == "-3.260")
        #expect(try net(lithuanian + ["1-0:1.7.0(00.000*kW)"]) == "-3.261", "one direction alone says less than the phases")
        #expect(try net(["1-0:1.7.0(00.500*kW)", "1-0:21.7.0(00.499*kW)"]) == "0.500", "phases without a direction say no more")
    }

    @Test("one direction and the sum of both without a sign") func absolute() throws {
        #expect(try net(["1-0:1.7.0(00.000*kW)", "1-0:15.7.0(02.500*kW)"]) == "-2.500")
        #expect(try net(["1-0:1.7.0(02.500*kW)", "1-0:15.7.0(02.500*kW)"]) == "2.500")
        #expect(try net(["1-0:2.7.0(00.500*kW)", "1-0:15.7.0(02.500*kW)"]) == "1.500")
        #expect(try net(["1-0:15.7.0(02.500*kW)"]) == nil, "no direction")
    }

    @Test("the current of a phase has the sign of its net power") func current() throws {
        let document = try TelegramFixture.document([
            "1-0:31.7.0(005.20*A)", "1-0:51.7.0(003*A)", "1-0:71.7.0(-001*A)", "1-0:21.7.0(00.000*kW)", "1-0:22.7.0(01.200*kW)",
            "1-0:41.7.0(00.690*kW)", "1-0:42.7.0(00.000*kW)", "1-0:61.7.0(00.000*kW)", "1-0:62.7.0(00.230*kW)",
        ])
        #expect(
            try document.json(at: "derived/current")
                == #"{"L1": {"reading": -5.20, "unit": "A"}, "L2": {"reading": 3, "unit": "A"}, "L3": {"reading": -1, "unit": "A"}}"#)
        #expect(
            try TelegramFixture.document(["1-0:31.7.0(005*A)", "1-0:36.7.0(-01.000*kW)"]).json(at: "derived/current/L1/reading") == "-5")
        #expect(try TelegramFixture.document(["1-0:31.7.0(005*A)", "1-0:2.7.0(01.000*kW)"]).json(at: "derived/current") == nil)
    }

    @Test("nothing is derived of nothing") func nothing() throws {
        #expect(try derived([]) == nil)
        #expect(try derived(["1-0:2.7.0(00.100*kW)"]) == nil)
    }

    @Test("registers at the end of what fits do not wrap around") func overflow() throws {
        let digits = "999999999999999999"
        let lines = (1...16).map { "1-0:1.8.\($0)(\(digits)*kWh)" }
        #expect(try derived(lines) == nil)
    }
}
