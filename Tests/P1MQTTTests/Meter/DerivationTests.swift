import P1Parser
import Testing
@testable import P1MQTTMeter

/// Derived values over several telegrams: each only from all that the meter sends.
@Suite("Derived values of incomplete telegrams") struct DerivationTests {
    private var interpreter = TelegramInterpreter(.init())

    private static let whole = ["1-0:1.8.1(3340.000*kWh)", "1-0:1.8.2(2796.000*kWh)", "1-0:1.7.0(0.00*kW)", "1-0:2.7.0(2.50*kW)"]
    private static let damagedRegister = [whole[0], "1-0:1.8.2(279x.000*kWh)", whole[2], whole[3]]
    private static let damagedPower = [whole[0], whole[1], whole[2], "1-0:2.7.0(000x.50*kW)"]

    /// Total and net power of the next telegram, `-` for what is not there.
    private mutating func next(_ lines: [String], id: String? = "4B31", at seconds: Int64 = 0, hasChecksum: Bool = false) throws -> String {
        let lines = id.map { ["0-0:96.1.1(\($0))"] + lines } ?? lines
        let document = try TelegramFixture.document(lines, &interpreter, arrival: 1_800_000_000 + seconds, hasChecksum: hasChecksum)
        return try ["received/total", "netPower/total"].map { try document.json(at: "derived/\($0)/reading") ?? "-" }
            .joined(separator: " ")
    }

    @Test("a damaged line costs what is made of it, in that telegram only") mutating func damage() throws {
        #expect(try next(Self.whole) == "6136.000 -2.50")
        #expect(try next(Self.damagedRegister) == "- -2.50")
        #expect(try next(Self.damagedPower) == "6136.000 -")
        #expect(try next(Self.whole) == "6136.000 -2.50")
    }

    @Test("a damaged line of a phase costs the sum of the phases, and the current of that phase") mutating func damagedPhase() throws {
        let lines = ["1-0:31.7.0(5*A)", "1-0:51.7.0(5*A)"] + (2...4).flatMap { ["1-0:\($0)1.7.0(0.500*kW)", "1-0:\($0)2.7.0(0.000*kW)"] }
        func derived(_ lines: [String], _ interpreter: inout TelegramInterpreter) throws -> String {
            let document = try TelegramFixture.document(lines, &interpreter, arrival: 1_800_000_000, hasChecksum: false)
            return try ["netPower/total", "current/L1", "current/L2"].map { try document.json(at: "derived/\($0)/reading") ?? "-" }.joined(
                separator: " ")
        }
        let phases = lines.map { $0.replacing("1-0:31.7.0(0", with: "1-0:61.7.0(0").replacing("1-0:32.7.0(0", with: "1-0:62.7.0(0") }
        #expect(try derived(phases, &interpreter) == "1.500 5 5")
        #expect(try derived(phases.map { $0.replacing("1-0:22.7.0(0.", with: "1-0:22.7.0(x.") }, &interpreter) == "- - 5")
        // A meter that sends both directions together does not turn to its phases for one telegram.
        let both = ["1-0:1.7.0(1.501*kW)", "1-0:2.7.0(0.000*kW)"]
        interpreter = TelegramInterpreter(.init())
        #expect(try derived(both + phases, &interpreter) == "1.501 5 5")
        #expect(try derived([both[0]] + phases, &interpreter) == "- 5 5")
        #expect(try derived(phases, &interpreter) == "- 5 5")
        // The last line is about the second phase.
        #expect(try derived(both + phases.dropLast(), &interpreter) == "1.501 5 -")
    }

    @Test("a line that is absent under a right checksum costs the same", arguments: [0, 1]) mutating func absent(_ index: Int) throws {
        var lines = Self.whole
        lines.remove(at: index)
        #expect(try next(Self.whole, hasChecksum: true) == "6136.000 -2.50")
        #expect(try next(lines, hasChecksum: true) == "- -2.50")
        #expect(try next(Self.whole, hasChecksum: true) == "6136.000 -2.50")
    }

    @Test("a first telegram that is damaged shows no part of a sum") mutating func first() throws {
        #expect(try next(Self.damagedRegister) == "- -")
        #expect(try next(Self.whole) == "6136.000 -2.50")
    }

    @Test("a meter that sends a line that cannot be read in each telegram has its sums from the third on") mutating func alwaysDamaged()
        throws
    {
        let lines = Self.whole + ["1-0:31.7.0(x)"]
        #expect(try next(lines) == "- -")
        #expect(try next(lines) == "- -")
        #expect(try next(lines) == "6136.000 -2.50")
        #expect(try next(lines) == "6136.000 -2.50")
    }

    @Test("under a right checksum a line that cannot be read is as the meter sends it") mutating func checkedDamage() throws {
        #expect(try next(Self.whole + ["1-0:31.7.0(x)"], hasChecksum: true) == "6136.000 -2.50")
    }

    @Test("a register joins after three telegrams in a row; until then there is no sum") mutating func joins() throws {
        let one = [Self.whole[0]]
        let two = [Self.whole[0], Self.whole[1]]
        #expect(try next(one) == "3340.000 -")
        #expect(try next(two) == "- -")
        #expect(try next(one) == "3340.000 -", "once is none")
        #expect(try next(two) == "- -")
        #expect(try next(two) == "- -")
        #expect(try next(two) == "6136.000 -")
    }

    @Test("a register leaves after ten minutes of telegrams without it") mutating func leaves() throws {
        let one = [Self.whole[0]]
        let two = [Self.whole[0], Self.whole[1]]
        #expect(try next(two) == "6136.000 -")
        for seconds in stride(from: Int64(10), through: 600, by: 10) { #expect(try next(one, at: seconds) == "- -") }
        #expect(try next(one, at: 610) == "3340.000 -")
    }

    @Test("ten minutes without telegrams are not ten minutes of them") mutating func pause() throws {
        #expect(try next(Self.whole) == "6136.000 -2.50")
        #expect(try next(Self.damagedRegister, at: 10) == "- -2.50")
        #expect(try next(Self.damagedRegister, at: 700) == "- -2.50")
        #expect(try next(Self.whole, at: 710) == "6136.000 -2.50")
    }

    @Test("another meter starts over, a telegram without an id does not") mutating func otherMeter() throws {
        let one = [Self.whole[0]]
        #expect(try next([Self.whole[0], Self.whole[1]]) == "6136.000 -")
        #expect(try next(one, id: nil) == "- -")
        #expect(try next(one, id: "4B32") == "3340.000 -")
    }

    @Test("a meter whose own total is missing once gets no sum in its place") mutating func ownTotal() throws {
        let lines = ["1-0:1.8.0(9.000*kWh)"] + Self.whole
        #expect(try next(lines) == "- -2.50")
        #expect(try next(Self.whole) == "- -2.50")
        #expect(try next(lines) == "- -2.50")
    }

    @Test("telegrams with none of the registers between others change nothing") mutating func sparse() throws {
        #expect(try next(Self.whole) == "6136.000 -2.50")
        for _ in 0..<100 { #expect(try next([Self.whole[2], Self.whole[3]]) == "- -2.50") }
        #expect(try next(Self.whole) == "6136.000 -2.50")
    }

    @Test("the first telegrams follow the document of an earlier run") mutating func recall() throws {
        var earlier = TelegramInterpreter(.init())
        let document = try TelegramFixture.document(["0-0:96.1.1(4B31)"] + Self.whole, &earlier)
        interpreter.recall(try document.tree())
        let absent = [Self.whole[0], Self.whole[2]]
        #expect(try next(absent, hasChecksum: true) == "- -")
        #expect(try next(Self.whole, hasChecksum: true) == "6136.000 -2.50")

        interpreter = TelegramInterpreter(.init())
        interpreter.recall(try document.tree())
        #expect(try next(absent, id: "4B32", hasChecksum: true) == "3340.000 0.00", "another meter than that of the earlier document")
    }
}
