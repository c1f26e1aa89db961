import Foundation

/// What telegram number `n` of a simulated meter says and what has to be published of it. Shares nothing with the
/// product: it knows the values because it makes them.
struct MeterModel {
    /// The meter's name, and the first level of its topics below the prefix.
    let name: String
    /// Seconds since 1970 UTC of telegram 0, a whole minute; each further one is a second later.
    let start: Int64
    private let number: Int

    init(number: Int, start: Int64) {
        self.number = number
        self.start = start - start % 300
        name = "m\(number)"
    }

    /// Topics below the meter's own, in the order of `values`.
    static let topics = [
        "meterType", "version", "timestamp", "equipmentId", "serialNumber", "textMessage/message",
        "electricity/received/tariff1", "electricity/received/tariff2", "electricity/received/actual",
        "electricity/delivered/tariff1", "electricity/delivered/tariff2", "electricity/delivered/actual",
        "electricity/tariffIndicator", "electricity/numberOfPowerFailures", "electricity/voltageSags/L1",
        "electricity/instantaneous/voltage/L1", "electricity/instantaneous/current/L1",
        "electricity/instantaneous/power/positive/L1", "electricity/instantaneous/power/negative/L1",
        "derived/received/total", "derived/delivered/total", "derived/netPower/total", "derived/netPower/L1",
        "gas/deviceType", "gas/equipmentId", "gas/serialNumber", "gas/timestamp", "gas/reading",
        "mbus/1/deviceType", "mbus/1/equipmentId", "mbus/1/serialNumber", "mbus/1/timestamp", "mbus/1/reading",
    ]

    /// A register that shows for one telegram what it cannot have counted. The checksum is right.
    enum Glitch: CaseIterable {
        case zero, stepBack, jump, gasZero

        /// What the telegram's document names as held back; no message is sent on these topics.
        var held: [String] {
            self == .gasZero ? ["gas/reading", "mbus/1/reading"] : ["electricity/received/tariff1"]
        }
    }

    /// One payload for each of `topics`. A register that a glitch hit shows its value before.
    func values(_ n: Int, _ glitch: Glitch? = nil) -> [String] {
        let now = counts(n)
        let electricity = glitch == nil || glitch == .gasZero ? now : counts(n - 1)
        let gas = glitch == .gasZero ? counts(n - 1) : now
        let gasValues = ["003", Self.hex(gasSerial), gasSerial, Self.iso(gas.gasTime), Self.decimal(gas.gas)]
        return [
            "SOA5\\2METER", "50", Self.iso(now.time), Self.hex(serial), serial, "telegram \(n)",
            Self.decimal(electricity.received), "1234.056", Self.decimal(now.power),
            Self.decimal(now.delivered), "0.000", "0.000",
            "2", "12", "3",
            "\(now.voltage / 10).\(now.voltage % 10)", "\(now.current)",
            Self.decimal(now.power), "0.000",
            Self.decimal(electricity.received + 1_234_056), Self.decimal(now.delivered), Self.decimal(now.power), Self.decimal(now.power),
        ] + gasValues + gasValues
    }

    /// The telegram with its checksum.
    func telegram(_ n: Int, _ glitch: Glitch? = nil) -> [UInt8] {
        var now = counts(n)
        switch glitch {
        case .zero: now.received = 0
        case .stepBack: now.received -= 5000
        case .jump: now.received += 5_000_000
        case .gasZero: now.gas = 0
        case nil: break
        }
        let power = Self.decimal(now.power, digits: 2)
        var bytes = Array(
            """
            /SOA5\\2METER\r\n\r\n1-3:0.2.8(50)\r\n0-0:1.0.0(\(Self.stamp(now.time)))\r\n0-0:96.1.1(\(Self.hex(serial)))\r
            1-0:1.8.1(\(Self.decimal(now.received, digits: 6))*kWh)\r\n1-0:1.8.2(001234.056*kWh)\r
            1-0:2.8.1(\(Self.decimal(now.delivered, digits: 6))*kWh)\r\n1-0:2.8.2(000000.000*kWh)\r
            0-0:96.14.0(0002)\r\n1-0:1.7.0(\(power)*kW)\r\n1-0:2.7.0(00.000*kW)\r\n0-0:96.7.21(00012)\r
            1-0:32.32.0(00003)\r\n0-0:96.13.0(\(Self.hex("telegram \(n)")))\r
            1-0:32.7.0(\(now.voltage / 10).\(now.voltage % 10)*V)\r\n1-0:31.7.0(\(Self.padded(now.current, 3))*A)\r
            1-0:21.7.0(\(power)*kW)\r\n1-0:22.7.0(00.000*kW)\r\n0-1:24.1.0(003)\r\n0-1:96.1.0(\(Self.hex(gasSerial)))\r
            0-1:24.2.1(\(Self.stamp(now.gasTime)))(\(Self.decimal(now.gas, digits: 5))*m3)\r\n!
            """.utf8)
        bytes += Array("\(Checksum.text(bytes))\r\n".utf8)
        return bytes
    }

    /// The telegram whose time this is, `nil` for a time that none can have.
    func number(at iso: String) -> Int? {
        let fields = iso.split(whereSeparator: { !$0.isNumber }).compactMap { CInt($0) }
        guard fields.count == 7 else { return nil }
        var time = tm()
        (time.tm_year, time.tm_mon, time.tm_mday) = (fields[0] - 1900, fields[1] - 1, fields[2])
        (time.tm_hour, time.tm_min, time.tm_sec) = (fields[3], fields[4], fields[5])
        let n = Int(Int64(timegm(&time)) - start)
        return n >= 0 && Self.iso(start + Int64(n)) == iso ? n : nil
    }

    // MARK: - What is counted

    private var serial: String { "E00123450\(number)" }
    private var gasSerial: String { "G00987650\(number)" }

    /// Registers in thousandths of their unit, power in W, voltage in tenths.
    private struct Counts {
        var time, gasTime: Int64
        var received, delivered, power, voltage, current, gas: Int
    }

    private func counts(_ n: Int) -> Counts {
        Counts(
            time: start + Int64(n), gasTime: start + Int64(n / 300 * 300), received: 4_321_000 + n, delivered: n / 7,
            power: n * 37 % 9973, voltage: 2200 + n * 7 % 200, current: n % 25, gas: 987_654 + n / 300 * 10)
    }

    // MARK: - Texts

    static func padded(_ number: Int, _ digits: Int) -> String {
        let text = "\(number)"
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    /// Three decimals, and at least so many digits before them.
    private static func decimal(_ thousandths: Int, digits: Int = 1) -> String {
        "\(padded(thousandths / 1000, digits)).\(padded(thousandths % 1000, 3))"
    }

    /// Of printable text, whose bytes all have two digits.
    private static func hex(_ text: String) -> String {
        text.utf8.map { String($0, radix: 16, uppercase: true) }.joined()
    }

    static func iso(_ time: Int64) -> String {
        let utc = Self.fields(time)
        let date = "\(1900 + Int(utc.tm_year))-\(two(utc.tm_mon + 1))-\(two(utc.tm_mday))"
        return "\(date)T\(two(utc.tm_hour)):\(two(utc.tm_min)):\(two(utc.tm_sec)).000Z"
    }

    /// As in a telegram; W stands for an hour ahead of UTC in every season.
    private static func stamp(_ time: Int64) -> String {
        let local = Self.fields(time + 3600)
        let year = padded(Int(local.tm_year) % 100, 2)
        return "\(year)\(two(local.tm_mon + 1))\(two(local.tm_mday))\(two(local.tm_hour))\(two(local.tm_min))\(two(local.tm_sec))W"
    }

    private static func two(_ number: CInt) -> String { padded(Int(number), 2) }

    private static func fields(_ time: Int64) -> tm {
        var (seconds, fields) = (time_t(time), tm())
        gmtime_r(&seconds, &fields)
        return fields
    }
}
