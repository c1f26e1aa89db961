import Testing
@testable import P1MQTT
@testable import P1MQTTInput

@Suite("Speed probe")
struct SpeedProbeTests {
    /// A probe that `#expect` may change.
    private final class Line {
        var probe = SpeedProbe(at: 0)

        func hear(_ bytes: [UInt8], at seconds: Double) -> Bool {
            bytes.withUnsafeBytes { probe.heard($0, at: Int64(seconds * 1000)) }
        }

        func tick(at milliseconds: Int64) -> Bool { probe.tick(at: milliseconds) }

        /// Feeds 16 bytes at a time, as a serial driver does, until the speed changes. Returns the bytes that took.
        func bytesUntilChange(_ bytes: [UInt8]) -> Int? {
            for start in stride(from: 0, to: bytes.count, by: 16) {
                let end = min(start + 16, bytes.count)
                if hear(Array(bytes[start..<end]), at: 1) { return end }
            }
            return nil
        }
    }

    @Test("hears at once that a 9600 baud line is not one of 115200", arguments: [Parity.none, .even])
    func slowLine(_ parity: Parity) throws {
        let line = Line()
        let sent = LineSimulation.withParity(parity, LineSimulation.telegram)
        let heard = LineSimulation.heard(sent, sending: 9600, reading: 115_200)
        let count = try #require(line.bytesUntilChange(heard))
        #expect(count <= 256)
        #expect(line.probe.speed == .baud9600)
    }

    @Test("hears soon that a 115200 baud line is not one of 9600", arguments: [Parity.none, .even])
    func fastLine(_ parity: Parity) {
        let line = Line()
        #expect(line.tick(at: 60_000))
        #expect(line.probe.speed == .baud9600)
        let sent = LineSimulation.withParity(parity, LineSimulation.telegram)
        let heard = LineSimulation.heard(
            Array(repeating: sent, count: 12).flatMap(\.self), sending: 115_200, reading: 9600)
        #expect(line.bytesUntilChange(heard) != nil)
        #expect(line.probe.speed == .baud115200)
    }

    @Test("stays with readable text and locks after two frames")
    func rightAway() {
        let line = Line()
        #expect(line.bytesUntilChange(LineSimulation.telegram) == nil)
        line.probe.frameSeen()
        #expect(!line.probe.isLocked)
        line.probe.frameSeen()
        #expect(line.probe.isLocked)
        #expect(line.probe.evidence == "115200 baud, seen in 2 telegrams")
    }

    @Test("changes after 25 s of bytes without a frame")
    func noFrame() {
        let line = Line()
        #expect(!line.hear(LineSimulation.telegram, at: 2))
        #expect(line.probe.deadline == 27_000)
        #expect(!line.tick(at: 26_999))
        #expect(line.tick(at: 27_000))
        #expect(line.probe.speed == .baud9600)
    }

    @Test("stays at 115200 for an encrypted meter whose key is missing")
    func encrypted() {
        for seed in 0..<50 as Range<UInt64> {
            let line = Line()
            let tail = LineSimulation.noise(700, seed: seed)
            #expect(line.bytesUntilChange(tail) == nil, "the rest of a frame, seed \(seed)")
            #expect(!line.hear([0xDB, 0x08] + Array("TSTabcde".utf8) + tail, at: 10))
            #expect(!line.tick(at: 40_000))
            #expect(line.probe.speed == .baud115200)
        }
    }

    @Test("listens at the other speed after a minute of silence, unless the speed is certain")
    func silence() {
        let line = Line()
        #expect(!line.tick(at: 59_999))
        #expect(line.tick(at: 60_000))
        #expect(line.probe.speed == .baud9600)
        #expect(line.tick(at: 120_000))
        #expect(line.probe.speed == .baud115200)
        line.probe.frameSeen()
        line.probe.frameSeen()
        #expect(!line.tick(at: 1_000_000))
        #expect(line.probe.deadline == 1_060_000)
    }

    @Test("gives up a certain speed only after two minutes of bytes without a frame")
    func exchangedMeter() {
        let line = Line()
        line.probe.frameSeen()
        line.probe.frameSeen()
        for second in 1...121 {
            #expect(!line.hear([0x00, 0xF8, 0xFF], at: Double(second)))
            if second < 121 { #expect(!line.tick(at: Int64(second) * 1000)) }
        }
        #expect(line.tick(at: 121_000))
        #expect(line.probe.speed == .baud9600)
        #expect(!line.probe.isLocked)
    }
}
