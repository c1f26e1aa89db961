package import P1Parser

/// What is computed and stands under `derived`, never among the meter's own values. `Derivation` says how.
package enum DerivedValue: String, CaseIterable, Sendable {
    case receivedTotal = "derived/received/total"
    case deliveredTotal = "derived/delivered/total"
    case receivedActual = "derived/received/actual"
    case deliveredActual = "derived/delivered/actual"
    case netPower = "derived/netPower/total"
    case netPowerL1 = "derived/netPower/L1"
    case netPowerL2 = "derived/netPower/L2"
    case netPowerL3 = "derived/netPower/L3"
    case currentL1 = "derived/current/L1"
    case currentL2 = "derived/current/L2"
    case currentL3 = "derived/current/L3"
    case gasFlow = "derived/gas/flow"
    case waterFlow = "derived/water/flow"
    case warmWaterFlow = "derived/warmWater/flow"
    case demandForecast = "derived/demand/forecast"
    case demandHeadroom = "derived/demand/headroom"
    case demandAverage12 = "derived/demand/average12"

    /// Of the phases.
    static let currents: [DerivedValue] = [.currentL1, .currentL2, .currentL3]
    /// Of what a meter on the M-Bus counts in cubic metres, by the kind of meter.
    package static let flows: [(medium: MBusMedium, value: DerivedValue)] = [
        (.gas, .gasFlow), (.water, .waterFlow), (.warmWater, .warmWaterFlow),
    ]

    package var quantity: Quantity {
        switch self {
        case .receivedTotal, .deliveredTotal: .energy
        case .gasFlow, .waterFlow, .warmWaterFlow: .flow
        case .currentL1, .currentL2, .currentL3: .current
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
        case .currentL1: "Current L1, negative while the phase feeds in"
        case .currentL2: "Current L2, negative while the phase feeds in"
        case .currentL3: "Current L3, negative while the phase feeds in"
        case .gasFlow: "Flow of gas, the mean between the last two readings"
        case .waterFlow: "Flow of water, the mean between the last two readings"
        case .warmWaterFlow: "Flow of hot water, the mean between the last two readings"
        case .demandForecast: "Average of the running quarter hour at its end, if the power stays as it is"
        case .demandHeadroom: "Month peak less that forecast; below zero the quarter hour becomes the new peak"
        case .demandAverage12: "Mean of the peaks of the last 12 months in the meter's list"
        }
    }
}
