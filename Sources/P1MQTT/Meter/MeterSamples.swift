import P1Parser

/// The numbers of one telegram as Prometheus is told them, until the next one comes. A held register shows its last accepted
/// value, as in the document.
package struct MeterSamples: Sendable {
    struct Sample: Sendable {
        let family: UInt16
        let label: String
        let value: FixedDecimal
    }

    /// In the order of the families.
    private var samples: [Sample] = []

    package init(_ document: CompletedDocument) {
        for (slot, value) in document.values.enumerated() {
            switch value {
            case .number(let number): add(number, MetricFamily.targets[slot])
            case .quantity(let number, let unit): add(number, MetricFamily.targets[slot] ?? MetricFamily.chosen[slot]?[unit])
            case .peak(let number, _, let time):
                add(number, MetricFamily.targets[slot])
                if let time { add(FixedDecimal(mantissa: time), MetricFamily.times[slot]) }
            case .time(let seconds): add(FixedDecimal(mantissa: seconds), MetricFamily.targets[slot])
            // A tariff or a position in digits; in words it is no number.
            case .text(let text): if let target = MetricFamily.targets[slot], let number = FixedDecimal(text) { add(number, target) }
            case .json, nil: break
            }
        }
        samples.sort { ($0.family, $0.label) < ($1.family, $1.label) }
    }

    private mutating func add(_ number: FixedDecimal, _ target: MetricFamily.Target?) {
        guard let target, let value = target.unit.map({ $0.convert(number) }) ?? number else { return }
        samples.append(Sample(family: UInt16(target.family), label: target.label, value: value))
    }

    /// Those of one family.
    func samples(of family: Int) -> ArraySlice<Sample> {
        var (low, high) = (0, samples.count)
        while low < high {
            let middle = (low + high) / 2
            if samples[middle].family < family { low = middle + 1 } else { high = middle }
        }
        return samples[low...].prefix { $0.family == family }
    }
}
