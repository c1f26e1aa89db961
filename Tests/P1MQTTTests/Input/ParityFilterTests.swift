import Testing
@testable import P1MQTT
@testable import P1MQTTInput

@Suite("Parity filter")
struct ParityFilterTests {
    private func filtered(_ portions: [[UInt8]], _ filter: inout ParityFilter) -> [UInt8] {
        var out: [UInt8] = []
        for portion in portions { portion.withUnsafeBytes { filter.filter($0) { out += $0 } } }
        filter.finish { out += $0 }
        return out
    }

    private func filtered(_ bytes: [UInt8]) -> (out: [UInt8], filter: ParityFilter) {
        var filter = ParityFilter()
        let out = filtered([bytes], &filter)
        return (out, filter)
    }

    @Test("gives the same telegram for every framing and every way it is cut", arguments: Parity.allCases)
    func everyFraming(_ parity: Parity) {
        let telegrams = LineSimulation.telegram + LineSimulation.telegram
        let sent = LineSimulation.withParity(parity, telegrams)
        for seed in 0..<200 as Range<UInt64> {
            var filter = ParityFilter()
            let portions = LineSimulation.portions(sent, longest: Int(1 + seed), seed: seed)
            #expect(filtered(portions, &filter) == telegrams, "seed \(seed)")
            #expect(filter.verdict.parityErrors == 0)
        }
    }

    @Test("loses nothing wherever it starts to listen", arguments: [Parity.even, .odd, .none])
    func anyStart(_ parity: Parity) {
        let telegrams = LineSimulation.telegram + LineSimulation.telegram
        let sent = LineSimulation.withParity(parity, telegrams)
        for start in 0..<LineSimulation.telegram.count {
            let (out, filter) = filtered(Array(sent[start...]))
            #expect(out == Array(telegrams[start...]), "start \(start): \(filter.verdict.evidence)")
        }
    }

    @Test("decides an ordinary line within ten bytes and delays none of them")
    func plainLine() {
        var filter = ParityFilter()
        for (index, byte) in LineSimulation.telegram.enumerated() {
            var out: [UInt8] = []
            withUnsafeBytes(of: byte) { filter.filter($0) { out += $0 } }
            #expect(out == [byte], "byte \(index)")
        }
        #expect(filter.verdict.framing == .eightBits)
        #expect(filter.verdict.evidence == "8N1, seen in 6 bytes")
    }

    @Test(
        "leaves 1,024 bytes of filler alone, before, within and after a telegram", arguments: [0xFF, 0x80, 0xA5, 0x00])
    func filler(_ value: UInt8) {
        let filler = [UInt8](repeating: value, count: 1024)
        let telegram = LineSimulation.telegram
        let half = telegram.count / 2
        let stream = filler + telegram[..<half] + filler + telegram[half...] + filler + telegram
        let (out, filter) = filtered(stream)
        #expect(out == stream)
        #expect(filter.verdict.framing == .eightBits)
    }

    @Test("holds back at most 64 bytes")
    func bounded() {
        var filter = ParityFilter()
        var given = 0
        var got = 0
        // Even parity and bit 7 set all the time, but only two different bytes: no verdict for long.
        for index in 0..<1000 {
            withUnsafeBytes(of: UInt8(index % 40 == 0 ? 0x81 : 0x82)) { filter.filter($0) { got += $0.count } }
            given += 1
            #expect(given - got <= ParityFilter.holdLimit)
        }
    }

    @Test("leaves encrypted frames alone")
    func encrypted() {
        for seed in 0..<300 as Range<UInt64> {
            let frame = [0xDB, 0x08] + Array("TST".utf8) + LineSimulation.noise(1000, seed: seed)
            #expect(filtered(frame).out == frame, "seed \(seed)")
        }
    }

    @Test("turns a byte of wrong parity into NUL and keeps its verdict")
    func wrongParity() {
        let telegrams = Array(repeating: LineSimulation.telegram, count: 20).flatMap(\.self)
        var sent = LineSimulation.withParity(.even, telegrams)
        var expected = telegrams
        let damaged = Array(stride(from: 200, to: sent.count, by: 37))
        for position in damaged {
            sent[position] ^= 0x04
            expected[position] = 0
        }
        let (out, filter) = filtered(sent)
        #expect(out == expected)
        #expect(filter.verdict.framing == .even)
        #expect(filter.verdict.parityErrors == damaged.count)
    }

    @Test("keeps its verdict through bursts of noise")
    func noise() {
        for seed in 0..<50 as Range<UInt64> {
            var filter = ParityFilter()
            _ = filtered([LineSimulation.withParity(.even, LineSimulation.telegram)], &filter)
            _ = filtered([LineSimulation.noise(100, seed: seed)], &filter)
            let sent = LineSimulation.withParity(.even, LineSimulation.telegram)
            #expect(filtered([sent], &filter) == LineSimulation.telegram)
        }
    }

    @Test("follows a meter that was exchanged for one of another framing")
    func exchanged() {
        var filter = ParityFilter()
        let telegram = LineSimulation.telegram
        let even = LineSimulation.withParity(.even, telegram)
        #expect(filtered([telegram], &filter) == telegram)
        for _ in 0..<3 { _ = filtered([even], &filter) }
        #expect(filter.verdict.framing == .even)
        #expect(filtered([even], &filter) == telegram)
        for _ in 0..<3 { _ = filtered([telegram], &filter) }
        #expect(filter.verdict.framing == .eightBits)
        #expect(filtered([telegram], &filter) == telegram)
    }
}
