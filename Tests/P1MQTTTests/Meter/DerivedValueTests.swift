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
