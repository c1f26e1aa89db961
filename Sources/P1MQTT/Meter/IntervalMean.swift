import P1Parser

/// Thins telegrams out to one an interval (`publish.minimumInterval`): power, voltage and current become their mean,
/// weighted by the time each value stood for and rounded to the decimals sent; everything else is its last value.
package struct IntervalMean: Sendable {
    /// Milliseconds; 0 lets every telegram pass.
    package let interval: Int64
    /// A telegram that comes this much too early still counts as on time: meters and hosts have different clocks.
    private static let tolerance: Int64 = 100

    private var sums: [DocumentLayout.Slot: Sum] = [:]
    private var lastTelegram: Int64?
    private var nextDue: Int64 = .min

    private struct Sum: Sendable {
        /// Mantissa times milliseconds.
        var total: Int64 = 0
        var weight: Int64 = 0
        var scale: UInt8
    }

    package init(seconds: Double) {
        interval = Int64(seconds * 1000)
    }

    /// Takes a telegram's document; returns it with the means when it is time to publish.
    package mutating func add(_ document: CompletedDocument, at now: Moment) -> CompletedDocument? {
        guard interval > 0 else { return document }
        let weight = max(1, now.monotonic - (lastTelegram ?? now.monotonic - 1))
        lastTelegram = now.monotonic
        for slot in Self.averaged {
            guard case .quantity(let number, _)? = document.values[slot] else { continue }
            accumulate(number, weight, slot)
        }
        guard now.monotonic + Self.tolerance >= nextDue else { return nil }
        // On a grid, so that an interval of 10 s gives six telegrams a minute, not five.
        nextDue = nextDue == .min || now.monotonic - nextDue > interval ? now.monotonic + interval : nextDue + interval
        defer { sums.removeAll(keepingCapacity: true) }
        return withMeans(document)
    }

    private mutating func accumulate(_ number: FixedDecimal, _ weight: Int64, _ slot: DocumentLayout.Slot) {
        var sum = sums[slot] ?? Sum(scale: number.scale)
        // A meter that changes its decimals, or a sum too large for 64 bits: begin again with this value.
        let (product, productOverflow) = number.mantissa.multipliedReportingOverflow(by: weight)
        let (total, totalOverflow) = sum.total.addingReportingOverflow(product)
        if productOverflow || totalOverflow || sum.scale != number.scale {
            sum = Sum(total: number.mantissa, weight: 1, scale: number.scale)
        } else {
            sum.total = total
            sum.weight += weight
        }
        sums[slot] = sum
    }

    private func withMeans(_ document: CompletedDocument) -> CompletedDocument {
        var values = document.values
        for (slot, sum) in sums {
            guard case .quantity(_, let unit)? = values[slot] else { continue }
            values[slot] = .quantity(FixedDecimal(mantissa: sum.total.rounded(dividingBy: sum.weight), scale: sum.scale), unit)
        }
        return document.with(values)
    }

    private static let averaged: [DocumentLayout.Slot] = DocumentLayout.shared.places.indices.filter { slot in
        let place = DocumentLayout.shared.places[slot]
        switch place.quantity {
        case .power, .reactivePower, .apparentPower, .voltage, .current:
            // A demand is a mean already, over the meter's own period.
            return !place.path.hasPrefix("electricity/demand/") && !place.path.hasPrefix("derived/demand/")
        default:
            return false
        }
    }
}
