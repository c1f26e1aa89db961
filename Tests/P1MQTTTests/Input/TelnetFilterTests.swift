import Testing
@testable import P1MQTT
@testable import P1MQTTInput

@Suite("Telnet filter")
struct TelnetFilterTests {
    private let telegram = LineSimulation.telegram
    /// WILL ECHO, DO BINARY, WILL COM-PORT; and a modem state notice of RFC 2217.
    private let greeting: [UInt8] = [0xFF, 0xFB, 0x01, 0xFF, 0xFD, 0x00, 0xFF, 0xFB, 0x2C]
    private let notice: [UInt8] = [0xFF, 0xFA, 0x2C, 0x6B, 0xB0, 0xFF, 0xF0]

    private func filtered(_ portions: [[UInt8]]) -> [UInt8] {
        var filter = TelnetFilter()
        var out: [UInt8] = []
        for portion in portions { portion.withUnsafeBytes { filter.filter($0) { out += $0 } } }
        filter.finish { out += $0 }
        return out
    }

    /// The result must be the same however the stream is cut: whole, at each place, byte by byte, at random.
    private func expect(_ stream: [UInt8], becomes wanted: [UInt8], _ comment: Comment? = nil) {
        #expect(filtered([stream]) == wanted, comment)
        #expect(filtered(stream.map { [$0] }) == wanted, comment)
        for cut in 0...stream.count {
            #expect(filtered([Array(stream[..<cut]), Array(stream[cut...])]) == wanted, "cut at \(cut)")
        }
        for seed in 0..<50 as Range<UInt64> {
            #expect(filtered(LineSimulation.portions(stream, longest: 9, seed: seed)) == wanted, "seed \(seed)")
        }
    }

    @Test("takes the greeting of a terminal server out")
    func greetings() {
        expect(greeting + telegram, becomes: telegram)
    }

    @Test("takes commands in the middle of a telegram out")
    func commands() {
        let half = telegram.count / 2
        let commands: [UInt8] = notice + [0xFF, 0xF1]
        expect(greeting + telegram[..<half] + commands + telegram[half...], becomes: telegram)
    }

    @Test("knows a negotiation that comes late by the plain text before it")
    func late() {
        expect(telegram + greeting + telegram, becomes: telegram + telegram)
    }

    @Test("makes one byte of a doubled FF, once the peer speaks telnet")
    func doubled() {
        expect(greeting + [0x2F, 0xFF, 0xFF, 0x21], becomes: [0x2F, 0xFF, 0x21])
    }

    @Test("leaves raw filler alone")
    func filler() {
        let filler = [UInt8](repeating: 0xFF, count: 1024)
        let half = telegram.count / 2
        let stream = filler + telegram[..<half] + filler + telegram[half...] + filler
        #expect(filtered([stream]) == stream)
        #expect(filtered(stream.map { [$0] }) == stream)
    }

    @Test("leaves FF before any other byte alone")
    func otherBytes() {
        for byte in UInt8.min...UInt8.max where !(0xFA...0xFE).contains(byte) {
            expect([0x2F, 0xFF, byte, 0x21], becomes: [0x2F, 0xFF, byte, 0x21], "byte \(byte)")
        }
    }

    @Test("leaves raw encrypted frames alone")
    func encrypted() {
        for seed in 0..<500 as Range<UInt64> {
            let frame = [0xDB, 0x08] + Array("TST".utf8) + LineSimulation.noise(1000, seed: seed)
            #expect(filtered(LineSimulation.portions(frame, longest: 99, seed: seed)) == frame, "seed \(seed)")
        }
    }

    @Test("gives up a sub-negotiation that has no end")
    func endless() {
        let junk = [UInt8](repeating: 0x55, count: TelnetFilter.longestSubnegotiation)
        expect(greeting + [0xFF, 0xFA, 0x2C] + junk + telegram, becomes: telegram)
    }
}
