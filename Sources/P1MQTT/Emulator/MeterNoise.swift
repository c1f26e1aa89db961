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
        // Of a household.
        case householdVoltage
        case habits
        case day
        case flicker
        case electronics
        case sky
        case clouds
        case passingClouds
        case temperature
    }

    let seed: UInt64
    private let mixedSeed: UInt64

    package init(seed: UInt64) {
        self.seed = seed
        mixedSeed = MeterNoise.mix(seed)
    }

    /// A number from `range`, all of them about equally likely.
    func number(_ purpose: Purpose, _ index: Int64, in range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound + Int64(mixed(purpose, index) % UInt64(range.upperBound - range.lowerBound + 1))
    }

    /// Numbers that go straight from one that looks random to the next.
    ///
    /// - Parameters:
    ///   - purpose: what they are for.
    ///   - times: for which they are wanted; none is negative.
    ///   - period: how far those are apart that look random, in the unit of `times`.
    ///   - range: what they are from.
    func wave(_ purpose: Purpose, over times: ClosedRange<Int64>, every period: Int64, in range: ClosedRange<Int64>) -> NoiseWave {
        let first = times.lowerBound / period
        return NoiseWave(
            knots: (first...times.upperBound / period + 1).map { number(purpose, $0, in: range) }, start: first * period, period: period)
    }

    /// Numbers one after the other, for what is drawn in a fixed order.
    func sequence(_ purpose: Purpose, _ index: Int64) -> NoiseSequence {
        NoiseSequence(seed: mixed(purpose, index))
    }

    private func mixed(_ purpose: Purpose, _ index: Int64) -> UInt64 {
        MeterNoise.mix(MeterNoise.mix(mixedSeed &+ purpose.rawValue) &+ UInt64(bitPattern: index))
    }

    /// One step of the generator: neighbouring inputs give unrelated outputs.
    private static func mix(_ value: UInt64) -> UInt64 {
        var generator = SplitMix64(seed: value)
        return generator.next()
    }
}

/// Numbers that look random at times that are `period` apart, and change evenly from one of these to the next.
struct NoiseWave: Sendable {
    fileprivate let knots: [Int64]
    fileprivate let start: Int64
    fileprivate let period: Int64

    /// The number at a time of those it was made for.
    func value(at time: Int64) -> Int64 {
        let passed = time - start
        let index = Int(passed / period)
        let before = knots[index]
        return before + (knots[index + 1] - before) * (passed % period) / period
    }
}

/// Numbers that look random and come one after the other.
struct NoiseSequence: Sendable {
    private var generator: SplitMix64

    init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    /// A number from `range`, all of them about equally likely.
    mutating func number(in range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound + Int64(generator.next() % UInt64(range.upperBound - range.lowerBound + 1))
    }

    /// Whether something happens that does so many times in a hundred.
    mutating func chance(_ percent: Int64) -> Bool { number(in: 0...99) < percent }
}
