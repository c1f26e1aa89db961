package import P1Parser

/// What is computed and stands under `derived`, never among the meter's own values: from a telegram alone, but for
/// the flow of gas, which needs two readings (`GasFlow`).
package enum DerivedValue: String, CaseIterable, Sendable {
    case receivedTotal = "derived/received/total"
    case deliveredTotal = "derived/delivered/total"
    case receivedActual = "derived/received/actual"
    case deliveredActual = "derived/delivered/actual"
    case netPower = "derived/netPower/total"
    case netPowerL1 = "derived/netPower/L1"
    case netPowerL2 = "derived/netPower/L2"
    case netPowerL3 = "derived/netPower/L3"
    case gasFlow = "derived/gas/flow"
    case demandForecast = "derived/demand/forecast"
    case demandHeadroom = "derived/demand/headroom"
    case demandAverage12 = "derived/demand/average12"

    package var quantity: Quantity {
        switch self {
        case .receivedTotal, .deliveredTotal: .energy
        case .gasFlow: .flow
        default: .power
        }
    }

    package var meaning: String {
        switch self {
        case .receivedTotal: "Energy taken from the grid: the sum of the tariffs"
        case .deliveredTotal: "Energy fed into the grid: the sum of the tariffs"
        case .receivedActual: "Power taken from the grid, from the signed net power"
        case .deliveredActual: "Power fed into the grid, from the signed net power"
        case .netPower: "Net power, positive from the grid"
        case .netPowerL1: "Net power L1, positive from the grid"
        case .netPowerL2: "Net power L2, positive from the grid"
        case .netPowerL3: "Net power L3, positive from the grid"
        case .gasFlow: "Flow of gas, the mean between the last two readings"
        case .demandForecast: "Average of the running quarter hour at its end, if the power stays as it is"
        case .demandHeadroom: "Month peak less that forecast; below zero the quarter hour becomes the new peak"
        case .demandAverage12: "Mean of the peaks of the last 12 months in the meter's list"
        }
    }
}

extension Document {
    /// Adds what can be derived. What the meter sends itself is not derived again.
    mutating func derive() {
        deriveTotal(.receivedTotal, direction: "received")
        deriveTotal(.deliveredTotal, direction: "delivered")
        derivePower()
        deriveDemand()
    }

    private mutating func deriveTotal(_ total: DerivedValue, direction: String) {
        guard number("electricity/\(direction)/total") == nil else { return }
        var sum: FixedDecimal?
        for slot in Document.tariffSlots[direction] ?? [] {
            guard case .quantity(let energy, _)? = values[slot] else { continue }
            guard let next = sum.map({ $0.adding(energy) }) ?? energy else { return }
            sum = next
        }
        set(total, sum)
    }

    private mutating func derivePower() {
        let phases: [(DerivedValue, positive: String, negative: String, net: String)] = [
            (.netPower, "electricity/received/actual", "electricity/delivered/actual", "electricity/instantaneous/power/net"),
            (.netPowerL1, Document.power("positive/L1"), Document.power("negative/L1"), Document.power("net/L1")),
            (.netPowerL2, Document.power("positive/L2"), Document.power("negative/L2"), Document.power("net/L2")),
            (.netPowerL3, Document.power("positive/L3"), Document.power("negative/L3"), Document.power("net/L3")),
        ]
        for (derived, positive, negative, net) in phases {
            if let signed = number(net) {
                set(derived, signed)
            } else if let positive = number(positive) {
                // A meter that only counts what is taken feeds nothing in.
                set(derived, number(negative).map { positive.subtracting($0) } ?? positive)
            }
        }
        guard number("electricity/received/actual") == nil, let net = number("electricity/instantaneous/power/net") else { return }
        let zero = FixedDecimal(mantissa: 0, scale: net.scale)
        set(.receivedActual, max(net, zero))
        set(.deliveredActual, zero.subtracting(min(net, zero)))
    }

    private static func power(_ rest: String) -> String { "electricity/instantaneous/power/" + rest }

    package func number(at slot: DocumentLayout.Slot) -> FixedDecimal? {
        if case .quantity(let number, _)? = values[slot] { number } else { nil }
    }

    private func number(_ path: String) -> FixedDecimal? { number(at: DocumentLayout.shared.slot(path)) }

    package mutating func set(_ derived: DerivedValue, _ number: FixedDecimal?) {
        guard let number, let unit = derived.quantity.unit else { return }
        values[DocumentLayout.shared.slot(derived.rawValue)] = .quantity(number, unit)
    }

    private static let tariffSlots: [String: [DocumentLayout.Slot]] = Dictionary(
        uniqueKeysWithValues: ["received", "delivered"].map { direction in
            let places = DocumentLayout.shared.places
            return (direction, places.indices.filter { places[$0].path.hasPrefix("electricity/\(direction)/tariff") })
        })
}
