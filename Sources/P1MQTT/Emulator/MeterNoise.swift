import P1MQTTInput

/// Numbers that look random and are the same for the same seed, purpose and index. Because they need no earlier ones,
/// a telegram can be skipped without changing those after it.
package struct MeterNoise: Sendable {
    /// What a number is for, so that two uses of one index differ.
    enum Purpose: UInt64, Sendable {
        case voltage = 1
        case phaseShare
        case peakTime
        case peakPower
        case counter
        case failureAge
        case failureDuration
    }

    let seed: UInt64

    /// A number from `range`, all of them about equally likely.
    func number(_ purpose: Purpose, _ index: Int64, in range: ClosedRange<Int64>) -> Int64 {
        let mixed = MeterNoise.mix(MeterNoise.mix(MeterNoise.mix(seed) &+ purpose.rawValue) &+ UInt64(bitPattern: index))
        return range.lowerBound + Int64(mixed % UInt64(range.upperBound - range.lowerBound + 1))
    }

    /// One step of the generator: neighbouring inputs give unrelated outputs.
    private static func mix(_ value: UInt64) -> UInt64 {
        var generator = SplitMix64(seed: value)
        return generator.next()
    }
}
