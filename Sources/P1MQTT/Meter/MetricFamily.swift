import P1Parser

/// Values of a meter that Prometheus keeps under one name. Names, units and types follow from the places of the document,
/// and with them from the catalogue.
package struct MetricFamily: Sendable {
    package enum Kind: String, Sendable { case counter, gauge }

    package let name: String
    package let kind: Kind
    /// What it means, in one line.
    package internal(set) var help: String
    /// What a label tells apart, `phase` or `tariff`; `nil` where there is one value only.
    package internal(set) var label: String?

    /// Where a value of a document goes.
    struct Target: Sendable {
        let family: Int
        /// The value of the family's label; empty without one.
        let label: String
        let unit: MetricUnit?
    }

    package static let all: [MetricFamily] = table.families
    /// By place, for values whose unit is known; those of M-Bus readings and limits are in `chosen`.
    static let targets: [Target?] = table.targets
    static let chosen: [DocumentLayout.Slot: [MeterUnit: Target]] = table.chosen
    /// By place, for the time at which a peak occurred.
    static let times: [DocumentLayout.Slot: Target] = table.times

    private static let table = Table()
}

/// Made once, from the places of the document.
private struct Table {
    var families: [MetricFamily] = []
    var targets: [MetricFamily.Target?] = []
    var chosen: [DocumentLayout.Slot: [MeterUnit: MetricFamily.Target]] = [:]
    var times: [DocumentLayout.Slot: MetricFamily.Target] = [:]
    private var indices: [String: Int] = [:]
    private var meanings: [[String]] = []

    init() {
        targets = Array(repeating: nil, count: DocumentLayout.shared.places.count)
        for (slot, place) in DocumentLayout.shared.places.enumerated() { add(place, at: slot) }
        for index in families.indices {
            let shared = meanings[index].sharedWords
            families[index].help = families[index].label.map { "\(shared) (by \($0))" } ?? shared
        }
    }

    private mutating func add(_ place: DocumentLayout.Place, at slot: DocumentLayout.Slot) {
        switch place.quantity {
        case .energy, .reactiveEnergy: targets[slot] = target(place, place.unit, .counter)
        case .count: targets[slot] = target(place, nil, .counter)
        case .power, .reactivePower, .apparentPower, .voltage, .current, .frequency, .flow, .temperature, .duration, .currentLimit:
            targets[slot] = target(place, place.unit, .gauge)
        case .peak:
            targets[slot] = target(place, place.unit, .gauge)
            times[slot] = target(place, nil, .gauge, suffix: "timestamp_seconds", meaning: place.meaning + ": when it occurred")
        case .powerFactor, .ratio: targets[slot] = target(place, nil, .gauge, suffix: "ratio")
        case .tariff, .position: targets[slot] = target(place, nil, .gauge)
        case .time: targets[slot] = target(place, nil, .gauge, suffix: place.key == "timestamp" ? "seconds" : "timestamp_seconds")
        case .meterReading, .meterProfile:
            for unit in [MeterUnit.m3, .kWh, .GJ] { chosen[slot, default: [:]][unit] = target(place, unit, .counter) }
        case .limit:
            for unit in [MeterUnit.kW, .kVA, .A] { chosen[slot, default: [:]][unit] = target(place, unit, .gauge) }
        case .text, .identifier, .deviceType, .version, .digits, .message, .clockPart, .failureLog, .peakHistory, .monthEnd,
            .loadProfile, nil:
            break
        }
    }

    private mutating func target(
        _ place: DocumentLayout.Place, _ unit: MeterUnit?, _ kind: MetricFamily.Kind, suffix: String? = nil, meaning: String? = nil
    ) -> MetricFamily.Target {
        let metricUnit = unit.map(MetricUnit.init)
        let path = MetricPath(place.path)
        let name = (["p1"] + path.words + [metricUnit?.name, suffix, kind == .counter ? "total" : nil].compactMap(\.self))
            .joined(separator: "_")
        let index = indices[name] ?? families.count
        if index == families.count {
            indices[name] = index
            families.append(MetricFamily(name: name, kind: kind, help: "", label: path.label?.name))
            meanings.append([])
        }
        meanings[index].append(meaning ?? place.meaning)
        return MetricFamily.Target(family: index, label: path.label?.value ?? "", unit: metricUnit)
    }
}

/// The path of a place as the words of a name: `electricity/received/tariff1` is `electricity_received_tariff` with the label
/// `tariff="1"`. What a meter has once for each phase or tariff is so one family, and never adds up with the total.
struct MetricPath: Equatable {
    private(set) var words: [String] = []
    private(set) var label: (name: String, value: String)?

    init(_ path: String) {
        var levels = path.levels.map(String.init)
        // A name ends with `total` when it is a counter.
        if levels.last == "total" { levels.removeLast() }
        for level in levels {
            let word = String(level.prefix { !$0.isNumber })
            let number = level.dropFirst(word.count)
            switch (word, number.isEmpty) {
            case ("L", false):
                words.append("phase")
                label = ("phase", level)
            case ("tariff", false), ("quadrant", false):
                words.append(word)
                label = (word, String(number))
            case ("", false):
                label = (words.last == "mbus" ? "channel" : "number", String(number))
            default: words.append(level.snakeCased)
            }
        }
    }

    static func == (left: MetricPath, right: MetricPath) -> Bool {
        left.words == right.words && left.label?.name == right.label?.name && left.label?.value == right.label?.value
    }
}

extension String {
    /// `numberOfPowerFailures` as `number_of_power_failures`.
    fileprivate var snakeCased: String {
        reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
    }
}

extension [String] {
    /// The words that all of them begin with, without what was cut in the middle of a sentence.
    fileprivate var sharedWords: String {
        guard let first, Set(self).count > 1 else { return self.first ?? "" }
        var shared = first.split(separator: " ")
        for other in self {
            let common = zip(shared, other.split(separator: " ")).prefix { $0 == $1 }.count
            shared.removeLast(shared.count - common)
        }
        if shared.last == "tariff" || shared.last == "quadrant" { shared.removeLast() }
        let text = shared.joined(separator: " ")
        return text.last == "," ? String(text.dropLast()) : text
    }
}
