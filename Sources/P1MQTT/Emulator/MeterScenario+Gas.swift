/// The gas meter, and the heat meter of a home that has one instead.
extension MeterScenario {
    /// The last reading of the gas meter.
    package struct GasReading: Equatable, Sendable {
        /// Millionths of a m3, of a heat meter of a GJ.
        var reading: Int64
        /// Milliseconds since 1970 UTC, on a boundary of the gas interval.
        var time: Int64
    }

    /// Whether there is a gas meter at all.
    var hasGas: Bool { settings.household?.gas ?? true }

    package var gas: GasReading { gasReading(10_000) }

    var heat: GasReading { gasReading(home.heatFromGas) }

    /// - Parameter unit: ten-thousandths of what is shown for a m3.
    private func gasReading(_ unit: Int64) -> GasReading {
        let grown = (Int128(gasMeter.first) + gasMeter.volume * Int128(unit) / 10_000_000) % 1_000_000_000_000_000_000
        return GasReading(
            reading: state.glitches[.gas] ?? Int64(grown), time: gasIntervals.begin(gasMeter.index) + state.clockOffset)
    }
}

/// What the gas meter has counted.
struct GasMeter: Sendable {
    /// Millionths of a m3 that it showed when it was put in.
    var first: Int64
    /// Thousandths of a millionth of a m3 since then.
    var volume: Int128 = 0
    /// The interval whose beginning was its last reading.
    var index: Int64
}
