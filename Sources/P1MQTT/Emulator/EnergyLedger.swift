import P1Parser

/// What an emulated meter counts: its registers, and the averages over the quarter hours of the clock, on which the
/// Belgian capacity tariff rests. It counts what flows, to the last part of energy.
struct EnergyLedger: Sendable {
    /// Energy or power in both directions.
    struct Pair<Number: Sendable>: Sendable {
        var received: Number
        var delivered: Number
    }

    /// Millionths of a kWh on tariff 1 and 2.
    struct Registers: Sendable, Equatable {
        var received: [Int64]
        var delivered: [Int64]
    }

    /// Milliseconds of a quarter hour.
    static let quarterHour: Int64 = 900_000

    private let start: Int64
    private let standardOffset: Int
    /// How many parts make a millionth of a kWh.
    private let parts: Int128

    /// Milliseconds since 1970 UTC until which it has counted.
    private var time: Int64
    /// What each register held when the meter was put in.
    private(set) var first: Int64
    /// Parts since then on tariff 1 and 2.
    private var tariffs = [Pair<Int128>(received: 0, delivered: 0), Pair<Int128>(received: 0, delivered: 0)]
    /// Parts in the running quarter hour.
    private var quarter = Pair<Int128>(received: 0, delivered: 0)
    /// W: the average of the last whole quarter hour; before there was one, the power at the start.
    private(set) var lastDemand: Pair<Int64>
    /// The highest average of each month that it has counted in, by the moment at which the month began.
    private(set) var peaks: [Int64: MeterScenario.Peak] = [:]
    /// The registers at the end of the last month.
    private(set) var monthEnd: Registers

    /// - Parameters:
    ///   - settings: what each register holds at first, and whose clock it is.
    ///   - start: milliseconds since 1970 UTC.
    ///   - parts: how many parts of energy make a millionth of a kWh.
    ///   - flow: that at the start.
    init(_ settings: EmulatorSettings, start: Int64, parts: Int64, flow: HomeFlow) {
        self.start = start
        self.parts = Int128(parts)
        standardOffset = settings.profile.standardOffset
        time = start
        first = settings.electricityOffset
        lastDemand = Pair(received: flow.receivedPower, delivered: flow.deliveredPower)
        monthEnd = Registers(received: [first, first], delivered: [first, first])
    }

    /// Counts what flows until a moment on the tariff in force.
    mutating func count(_ flow: HomeFlow, until end: Int64, tariff: Int) {
        while time < end {
            let next = min(end, time - time % EnergyLedger.quarterHour + EnergyLedger.quarterHour)
            let received = Int128(flow.received) * Int128(next - time)
            let delivered = Int128(flow.delivered) * Int128(next - time)
            tariffs[tariff - 1].received += received
            tariffs[tariff - 1].delivered += delivered
            quarter.received += received
            quarter.delivered += delivered
            time = next
            if time % EnergyLedger.quarterHour == 0 { endQuarter() }
        }
    }

    /// Another meter takes its place. It has seen no end of a month.
    ///
    /// - Parameter registers: what each register of the new one holds.
    mutating func exchange(registers: Int64) {
        first = registers
        monthEnd = Registers(received: [registers, registers], delivered: [registers, registers])
        tariffs = tariffs.map { _ in Pair(received: 0, delivered: 0) }
    }

    var registers: Registers {
        Registers(received: tariffs.map { register($0.received) }, delivered: tariffs.map { register($0.delivered) })
    }

    /// The average of the running quarter hour in W: what flowed in it so far, spread over all of it. It rises from 0 to
    /// the whole average, as meters show it.
    var runningDemand: Pair<Int64> {
        Pair(received: average(quarter.received), delivered: average(quarter.delivered))
    }

    private mutating func endQuarter() {
        let demand = runningDemand
        quarter = Pair(received: 0, delivered: 0)
        if time - EnergyLedger.quarterHour >= start { lastDemand = demand }
        guard let month = CalendarMonth(of: time - 1, standardOffset: standardOffset)?.begin(standardOffset) else { return }
        if peaks[month].map({ $0.power < demand.received }) ?? true {
            peaks[month] = MeterScenario.Peak(time: time, power: demand.received)
        }
        guard CalendarMonth(of: time, standardOffset: standardOffset)?.begin(standardOffset) == time else { return }
        monthEnd = registers
        // Meters show twelve months.
        peaks = peaks.filter { time - $0.key < 400 * 86_400_000 }
    }

    /// What parts in a quarter hour are on average, in W.
    private func average(_ energy: Int128) -> Int64 {
        rounded(energy * 4, by: parts * 1000)
    }

    /// What a register shows: behind the last number that can be written it begins again.
    private func register(_ energy: Int128) -> Int64 {
        Int64((Int128(first) + energy / parts) % 1_000_000_000_000_000_000)
    }
}
