/// What meters show that count no tariffs, and what follows from the power drawn. Energy is in millionths of a kWh or
/// kvarh, power in W, var or VA.
extension MeterScenario {
    /// Energy taken from the grid by a meter with one register, which starts where each of two would.
    var receivedAlone: Int64 { max(0, receivedTotal - ledger.first) }
    /// The sum of both tariffs.
    var receivedTotal: Int64 { received[0] + received[1] }

    var deliveredAlone: Int64 { max(0, deliveredTotal - ledger.first) }
    var deliveredTotal: Int64 { delivered[0] + delivered[1] }

    /// The same at the end of the last month.
    var monthEndAlone: EnergyLedger.Pair<Int64> {
        let registers = ledger.monthEnd
        return EnergyLedger.Pair(
            received: max(0, registers.received[0] + registers.received[1] - ledger.first),
            delivered: max(0, registers.delivered[0] + registers.delivered[1] - ledger.first))
    }

    /// This home takes one tenth of its energy in reactive energy besides; it feeds none back.
    func reactive(_ active: Int64) -> Int64 { active / 10 }
}
