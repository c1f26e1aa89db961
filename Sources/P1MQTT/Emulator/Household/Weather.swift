/// Clouds and cold above a household.
struct Weather: Sendable {
    let noise: MeterNoise

    /// What is between the sun and the panels in a time. A quarter of the days is bright, a third is grey, and on the others
    /// clouds come and go.
    ///
    /// - Parameter seconds: since 1970 UTC, all of one day of UTC.
    func sky(_ seconds: ClosedRange<Int64>) -> Sky {
        let (clouds, passing): (ClosedRange<Int64>, ClosedRange<Int64>) =
            switch noise.number(.sky, seconds.lowerBound / 86_400, in: 0...99) {
            case ..<25: (930...1000, 1000...1000)
            case ..<70: (450...1000, 350...1000)
            default: (100...320, 1000...1000)
            }
        return Sky(
            clouds: noise.wave(.clouds, over: seconds, every: 1800, in: clouds),
            passingClouds: noise.wave(.passingClouds, over: seconds, every: 120, in: passing))
    }

    /// The mean temperature outside on a day, in tenths of a degree Celsius.
    ///
    /// - Parameter day: since 1970.
    func temperature(on day: Int64) -> Int64 {
        // Coldest three weeks after the new year.
        let season = cosine(turns(day * 86_400 + Sun.year - 20 * 86_400, each: Sun.year))
        let change = (-1...1).map { noise.number(.temperature, day + $0, in: -75...75) }.reduce(0, +) / 3
        return 105 - 75 * season / 1_000_000 + change
    }
}

/// The sky of some hour.
struct Sky: Sendable {
    fileprivate let clouds: NoiseWave
    fileprivate let passingClouds: NoiseWave

    /// How much of the sun's light gets through in a second, in thousandths.
    func clearness(at second: Int64) -> Int64 {
        clouds.value(at: second) * passingClouds.value(at: second) / 1000
    }
}
