/// Who the meter is, and what happened to it before the start.
extension MeterScenario {
    /// The electricity meter's id: its text says that it is emulated, its digits are those of the seed.
    package var equipmentId: String { "EMUE" + digits(afterSwaps: state.swaps) }
    var gasEquipmentId: String { "EMUG" + digits(afterSwaps: state.gasSwaps) }

    /// Names the meter in encrypted telegrams: EMU and the seed.
    package var systemTitle: UInt64 { 0x454D_5500_0000_0000 | noise.seed & 0xFF_FFFF_FFFF }

    /// Rises with each telegram, and from one start to the next unless they come faster than one a second.
    var frameCounter: UInt32 { UInt32(truncatingIfNeeded: start / 1000 + number) }

    /// 13 digits. Each meter that takes the place of another is far from those of neighbouring seeds.
    private func digits(afterSwaps swaps: UInt64) -> String {
        let digits = String((noise.seed &+ swaps &* 1_000_003) % 10_000_000_000_000)
        return String(repeating: "0", count: 13 - digits.count) + digits
    }

    /// A long power failure: when it ended, and how many seconds it lasted.
    package struct Failure: Equatable, Sendable {
        package var end: Int64
        var duration: Int64
    }

    /// Two long power failures in the year before the start; none happen while the emulator runs.
    var failures: [Failure] {
        ([1, 0] as [Int64]).map { index in
            let age = noise.number(.failureAge, index, in: 86_400...15_000_000) + index * 15_000_000
            return Failure(end: start - age * 1000, duration: noise.number(.failureDuration, index, in: 200...5000))
        }
    }

    /// How often something has happened to the supply before the start; `index` tells the counters apart.
    func pastCount(_ index: Int64) -> Int64 {
        noise.number(.counter, index, in: 0...5)
    }
}
