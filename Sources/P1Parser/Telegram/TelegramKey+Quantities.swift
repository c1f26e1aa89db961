extension TelegramKey where Value == FixedDecimal {
    private init(_ path: String) { self.init(path) { $0.number } }

    /// Energy taken from the grid in all tariffs together, kWh. Where a meter sends tariffs only, their sum is not made here.
    public static var energyReceived: Self { Self("electricity/received/total") }
    /// Energy taken from the grid in one tariff (1 to 16), kWh.
    ///
    /// - Parameter tariff: its number.
    /// - Returns: the key.
    public static func energyReceived(tariff: Int) -> Self { Self("electricity/received/tariff\(tariff)") }
    /// Energy fed into the grid in all tariffs together, kWh.
    public static var energyDelivered: Self { Self("electricity/delivered/total") }
    /// Energy fed into the grid in one tariff (1 to 16), kWh.
    ///
    /// - Parameter tariff: its number.
    /// - Returns: the key.
    public static func energyDelivered(tariff: Int) -> Self { Self("electricity/delivered/tariff\(tariff)") }

    /// Power that is being taken from the grid, kW.
    public static var powerReceived: Self { Self("electricity/received/actual") }
    /// Power that is being taken from the grid by one phase, kW.
    ///
    /// - Parameter phase: the phase.
    /// - Returns: the key.
    public static func powerReceived(_ phase: Phase) -> Self { Self("electricity/instantaneous/power/positive/\(phase)") }
    /// Power that is being fed into the grid, kW.
    public static var powerDelivered: Self { Self("electricity/delivered/actual") }
    /// Power that is being fed into the grid by one phase, kW.
    ///
    /// - Parameter phase: the phase.
    /// - Returns: the key.
    public static func powerDelivered(_ phase: Phase) -> Self { Self("electricity/instantaneous/power/negative/\(phase)") }
    /// Power of a meter that sends it with a sign, negative when it is fed into the grid, kW.
    public static var netPower: Self { Self("electricity/instantaneous/power/net") }
    /// The same of one phase, kW.
    ///
    /// - Parameter phase: the phase.
    /// - Returns: the key.
    public static func netPower(_ phase: Phase) -> Self { Self("electricity/instantaneous/power/net/\(phase)") }

    /// Voltage of one phase, V.
    ///
    /// - Parameter phase: the phase.
    /// - Returns: the key.
    public static func voltage(_ phase: Phase) -> Self { Self("electricity/instantaneous/voltage/\(phase)") }
    /// Current of one phase, A.
    ///
    /// - Parameter phase: the phase.
    /// - Returns: the key.
    public static func current(_ phase: Phase) -> Self { Self("electricity/instantaneous/current/\(phase)") }
    /// Frequency, Hz.
    public static var frequency: Self { Self("electricity/instantaneous/frequency") }

    /// Reactive energy taken from the grid, kvarh.
    public static var reactiveEnergyReceived: Self { Self("electricity/reactive/received/total") }
    /// Reactive energy fed into the grid, kvarh.
    public static var reactiveEnergyDelivered: Self { Self("electricity/reactive/delivered/total") }
    /// Average power of the running demand period, taken from the grid, kW.
    public static var currentDemand: Self { Self("electricity/demand/positiveActiveDemand/currentDemandPeriod") }
}

extension TelegramKey where Value == Telegram.Value {
    /// Highest average power of this month, taken from the grid, kW, and the time at which it occurred.
    public static var maximumDemand: Self { Self("electricity/demand/positiveActiveDemand/maximumDemand") { $0 } }
    /// The power limit, in kW, kVA or A; only nines mean that there is none.
    public static var threshold: Self { Self("electricity/threshold") { $0 } }
}

extension TelegramKey where Value == Int {
    private init(_ path: String) {
        self.init(path) { $0.number.flatMap { number in number.scale == 0 ? Int(exactly: number.mantissa) : nil } }
    }

    /// The tariff in force; `nil` where a meter says it in a word.
    public static var tariff: Self { Self("electricity/tariffIndicator") }
    /// Power failures since the meter was installed.
    public static var powerFailures: Self { Self("electricity/numberOfPowerFailures") }
    /// Long power failures since the meter was installed.
    public static var longPowerFailures: Self { Self("electricity/numberOfLongPowerFailures") }
    /// Voltage sags of one phase since the meter was installed.
    ///
    /// - Parameter phase: the phase.
    /// - Returns: the key.
    public static func voltageSags(_ phase: Phase) -> Self { Self("electricity/voltageSags/\(phase)") }
    /// Voltage swells of one phase since the meter was installed.
    ///
    /// - Parameter phase: the phase.
    /// - Returns: the key.
    public static func voltageSwells(_ phase: Phase) -> Self { Self("electricity/voltageSwell/\(phase)") }
}

extension TelegramKey where Value == String {
    private init(_ path: String) { self.init(path) { $0.text } }

    /// The equipment id of the electricity meter, as sent. `Telegram.serialNumber` makes it readable.
    public static var equipmentId: Self { Self("equipmentId") }
    /// The version of the telegram, as sent.
    public static var version: Self { Self("version") }
    /// The message of the grid operator; empty when there is none.
    public static var message: Self { Self("textMessage/message") }
    /// The position of the breaker, as sent: 0 off, 1 on, 2 ready to connect.
    public static var switchPosition: Self { Self("electricity/switchPosition") }
}

extension TelegramKey where Value == MeterTimestamp {
    /// The time of the telegram, on one line. `Telegram.time` also reads those of meters that send date and time apart.
    public static var time: Self { Self("timestamp") { $0.time } }
}
