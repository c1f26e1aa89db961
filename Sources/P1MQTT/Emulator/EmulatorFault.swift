import P1MQTTInput

/// Something that goes wrong with an emulated meter at a time that the script says: to rehearse an automation, and to
/// test with. The same script and seed give the same bytes.
package struct EmulatorFault: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        /// Each bit with this probability; its own seed, so that it can be varied alone.
        case bitErrors(rate: Double, seed: UInt64)
        /// After this many bytes.
        case cut(bytes: Int)
        case silent
        /// Millionths of the register's unit.
        case registerGlitch(Register, value: Int64)
        /// What each register of the new meter shows, in millionths of a kWh.
        case meterSwap(registers: Int64)
        /// In millionths of a m3.
        case gasMeterSwap(reading: Int64)
        /// Seconds, back if negative.
        case clockJump(seconds: Int64)
        case clockChange(to: Season)
    }

    /// What can show a wrong value.
    package enum Register: String, Sendable, CaseIterable {
        case received1 = "electricity/received/tariff1"
        case received2 = "electricity/received/tariff2"
        case delivered1 = "electricity/delivered/tariff1"
        case delivered2 = "electricity/delivered/tariff2"
        case gas
    }

    package enum Season: String, Sendable, CaseIterable {
        case summer, winter
    }

    package var kind: Kind
    /// Seconds by the meter's clock after the first telegram: see `FaultSchedule`.
    package var at: Int64
    /// How many telegrams in a row it concerns, where it ends.
    package var telegrams: Int64 = 1

    package init(kind: Kind, at: Int64, telegrams: Int64 = 1) {
        self.kind = kind
        self.at = at
        self.telegrams = telegrams
    }

    /// Whether it happens on the line and not in the meter: a capture has no registers that could be changed.
    package var isOnLine: Bool {
        switch kind {
        case .bitErrors, .cut, .silent: true
        default: false
        }
    }

    // MARK: - What becomes of the bytes

    /// The bytes of a telegram as they arrive.
    func distorting(_ telegram: [UInt8], number: Int64) -> [UInt8] {
        switch kind {
        case .silent: return []
        case .cut(let bytes): return Array(telegram.prefix(bytes))
        case .bitErrors(let rate, let seed):
            var random = SplitMix64(seed: seed &+ UInt64(bitPattern: number) &* 0x9E37_79B9_7F4A_7C15)
            // The probability as a share of all 32-bit numbers.
            let threshold = UInt64((rate * 4_294_967_296).rounded())
            return telegram.map { byte in
                (0..<8).reduce(byte) { byte, bit in random.next() >> 32 < threshold ? byte ^ 1 << bit : byte }
            }
        default: return telegram
        }
    }
}
