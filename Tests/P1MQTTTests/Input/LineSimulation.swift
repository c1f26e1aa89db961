@testable import P1MQTT
@testable import P1MQTTInput
@testable import P1MQTTMeter

/// A telegram as a meter of DSMR 5 might send it, and what lines do to it.
enum LineSimulation {
    static let telegram = Array(
        """
        /TST5\\2SIMULATED-METER\r
        \r
        1-3:0.2.8(50)\r
        0-0:1.0.0(210305123400W)\r
        0-0:96.1.1(4530303030303030303132333435363738)\r
        1-0:1.8.1(001234.567*kWh)\r
        1-0:1.8.2(002345.678*kWh)\r
        1-0:2.8.1(000000.000*kWh)\r
        0-0:96.14.0(0002)\r
        1-0:1.7.0(01.193*kW)\r
        1-0:32.7.0(231.0*V)\r
        0-1:24.2.1(210305123000W)(00012.345*m3)\r
        !0000\r

        """.utf8)

    /// Bit 7 is the parity of the seven others.
    static func withParity(_ parity: Parity, _ bytes: [UInt8]) -> [UInt8] {
        guard parity != .none else { return bytes }
        let right = parity == .even ? 0 : 1
        return bytes.map { ($0 & 0x7F).nonzeroBitCount & 1 == right ? $0 & 0x7F : $0 | 0x80 }
    }

    /// What a UART at `reading` baud (8N1) makes of bytes that were sent as 8N1 at `sending` baud.
    static func heard(_ bytes: [UInt8], sending: Int, reading: Int) -> [UInt8] {
        let bits = bytes.flatMap { byte -> [Bool] in
            [false] + (0..<8).map { byte >> $0 & 1 == 1 } + [true]
        }
        let ratio = Double(sending) / Double(reading)
        func level(_ time: Double) -> Bool { Int(time) < bits.count ? bits[Int(time)] : true }
        var heard: [UInt8] = []
        var time = 0.0
        let end = Double(bits.count)
        while time < end {
            guard !level(time) else {
                time += ratio / 16
                continue
            }
            heard.append((0..<8).reduce(0) { $0 | (level(time + (1.5 + Double($1)) * ratio) ? 1 << UInt8($1) : 0) })
            time += 9.5 * ratio
            // After a missing stop bit the receiver waits for the line to rise.
            while time < end, !level(time) { time += ratio / 16 }
        }
        return heard
    }

    static func noise(_ count: Int, seed: UInt64) -> [UInt8] {
        var generator = SplitMix64(seed: seed)
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next() >> 24) }
    }

    /// The bytes in portions of 1 to `longest`.
    static func portions(_ bytes: [UInt8], longest: Int, seed: UInt64) -> [[UInt8]] {
        var generator = SplitMix64(seed: seed)
        var portions: [[UInt8]] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + Int.random(in: 1...longest, using: &generator))
            portions.append(Array(bytes[start..<end]))
            start = end
        }
        return portions
    }
}

extension Moment {
    /// Seconds after an arbitrary start.
    static func at(_ seconds: Double) -> Moment {
        Moment(monotonic: Int64(seconds * 1000), utc: 1_700_000_000_000 + Int64(seconds * 1000))
    }
}
