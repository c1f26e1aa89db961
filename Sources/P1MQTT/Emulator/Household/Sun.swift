/// How high the sun stands above a home at 52 degrees north, in whole numbers, so that it is the same on each machine.
struct Sun: Sendable {
    /// Millionths: the height is `mean` plus what `swing` adds and takes in the course of the day.
    private let mean: Int64
    private let swing: Int64
    /// Seconds that the sun is ahead of that of Greenwich.
    private let lead: Int64

    /// The sun of the days around a moment.
    ///
    /// - Parameters:
    ///   - second: since 1970 UTC.
    ///   - standardOffset: minutes that the standard time of the home is ahead of UTC. As in most of Europe, its clocks
    ///     are 40 minutes ahead of the sun.
    init(at second: Int64, standardOffset: Int) {
        // The shortest day is ten days before the new year. The axis leans by 23.44 degrees, 65,111 millionths of a turn.
        let season = cosine(turns(second + 10 * 86_400, each: Sun.year))
        let declination = -65_111 * season / 1_000_000
        mean = 788_011 * sine(declination) / 1_000_000
        swing = 615_661 * cosine(declination) / 1_000_000
        lead = Int64(standardOffset) * 60 - 2400
    }

    /// Millionths of the zenith; negative at night.
    func height(at second: Int64) -> Int64 {
        mean - swing * cosine(turns(second + lead, each: 86_400)) / 1_000_000
    }

    /// Seconds from one spring to the next.
    static let year: Int64 = 31_556_952
}

/// How much of a turn is over, in millionths, when one takes `period`.
func turns(_ time: Int64, each period: Int64) -> Int64 {
    time % period * 1_000_000 / period
}

/// The sine of an angle in millionths of a turn, in millionths: by Bhaskara's formula, which is right to two thousandths.
func sine(_ angle: Int64) -> Int64 {
    let half: Int64 = 500_000
    let full = (angle % (2 * half) + 2 * half) % (2 * half)
    let part = full % half
    let product = part * (half - part)
    let value = 16 * product * 1_000_000 / (5 * half * half - 4 * product)
    return full < half ? value : -value
}

func cosine(_ angle: Int64) -> Int64 { sine(angle + 250_000) }
