/// A telegram of a simulated meter, read without any code of the program: what has to be published of it.
struct SentTelegram {
    let bytes: [UInt8]
    let isDamaged: Bool
    /// By path: the payload of each topic.
    let values: [String: String]
    /// Seconds since 1970 UTC by the meter's clock.
    let time: Int64
    /// When the gas meter was read.
    private(set) var gasSeconds: Int64?

    var id: String { values["equipmentId"] ?? "" }
    var gasId: String? { values["mbus/1/equipmentId"] }

    init(bytes: [UInt8], lines: [String], isDamaged: Bool) {
        self.bytes = bytes
        self.isDamaged = isDamaged
        var values: [String: String] = ["meterType": String(lines[0].dropFirst())]
        var time: Int64 = 0
        for line in lines {
            guard let bracket = line.firstIndex(of: "(") else { continue }
            let groups = line[line.index(after: bracket)...].dropLast().components(")(")
            let code = String(line[..<bracket])
            guard let path = Self.paths[code] else { continue }
            let last = groups.last.map { $0.prefix { $0 != "*" } }.map(String.init) ?? ""
            switch path {
            case "timestamp":
                time = Self.seconds(last)
                values[path] = Self.iso(time)
            case "equipmentId", "mbus/1/equipmentId":
                values[path] = last
                values[path.dropLast("equipmentId".count) + "serialNumber"] = Self.text(last)
            case "textMessage/message", "textMessage/codes": values[path] = Self.text(last)
            case "version", "mbus/1/deviceType", "mbus/1/valvePosition", "electricity/switchPosition": values[path] = last
            case "mbus/1/reading", "electricity/demand/positiveActiveDemand/maximumDemand":
                values[path] = Self.number(last)
                if path == "mbus/1/reading" { gasSeconds = Self.seconds(groups[0]) }
                values[path == "mbus/1/reading" ? "mbus/1/timestamp" : path + "/timestamp"] = Self.iso(Self.seconds(groups[0]))
            default: values[path] = Self.number(last)
            }
        }
        // The only gas meter stands under its kind as well.
        for (path, value) in values where path.hasPrefix("mbus/1/") { values["gas/" + path.dropFirst("mbus/1/".count)] = value }
        self.values = values
        self.time = time
    }

    /// From the contract, for the codes of the profiles that stories have. Lists are left to other tests.
    private static let paths: [String: String] = {
        var paths = [
            "1-3:0.2.8": "version", "0-0:96.1.4": "version", "0-0:1.0.0": "timestamp", "0-0:96.1.1": "equipmentId",
            "0-0:96.14.0": "electricity/tariffIndicator", "1-0:1.7.0": "electricity/received/actual",
            "1-0:2.7.0": "electricity/delivered/actual", "0-0:96.7.21": "electricity/numberOfPowerFailures",
            "0-0:96.7.9": "electricity/numberOfLongPowerFailures", "0-0:96.13.0": "textMessage/message",
            "0-0:96.13.1": "textMessage/codes", "0-0:96.3.10": "electricity/switchPosition", "0-0:17.0.0": "electricity/threshold",
            "1-0:31.4.0": "electricity/fuseThreshold", "1-0:1.4.0": "electricity/demand/positiveActiveDemand/currentDemandPeriod",
            "1-0:1.6.0": "electricity/demand/positiveActiveDemand/maximumDemand", "0-1:24.1.0": "mbus/1/deviceType",
            "0-1:96.1.0": "mbus/1/equipmentId", "0-1:96.1.1": "mbus/1/equipmentId", "0-1:24.2.1": "mbus/1/reading",
            "0-1:24.2.3": "mbus/1/reading", "0-1:24.4.0": "mbus/1/valvePosition",
        ]
        for tariff in 1...2 {
            paths["1-0:1.8.\(tariff)"] = "electricity/received/tariff\(tariff)"
            paths["1-0:2.8.\(tariff)"] = "electricity/delivered/tariff\(tariff)"
        }
        for (phase, code) in [(1, 20), (2, 40), (3, 60)] {
            paths["1-0:\(code + 12).32.0"] = "electricity/voltageSags/L\(phase)"
            paths["1-0:\(code + 12).36.0"] = "electricity/voltageSwell/L\(phase)"
            paths["1-0:\(code + 12).7.0"] = "electricity/instantaneous/voltage/L\(phase)"
            paths["1-0:\(code + 11).7.0"] = "electricity/instantaneous/current/L\(phase)"
            paths["1-0:\(code + 1).7.0"] = "electricity/instantaneous/power/positive/L\(phase)"
            paths["1-0:\(code + 2).7.0"] = "electricity/instantaneous/power/negative/L\(phase)"
        }
        return paths
    }()

    // MARK: - Numbers, texts and times

    /// Without leading zeros; the decimals as sent.
    private static func number(_ text: String) -> String {
        let rest = text.drop { $0 == "0" }
        return rest.isEmpty || rest.first == "." ? "0" + rest : String(rest)
    }

    private static func text(_ hex: String) -> String {
        let digits = Array(hex)
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap { UInt8(String(digits[$0..<$0 + 2]), radix: 16) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `YYMMDDhhmmssX`: S is two hours ahead of UTC, W one, U none.
    static func seconds(_ stamp: String) -> Int64 {
        let fields = stride(from: 0, to: 12, by: 2).compactMap { Int64(stamp.dropFirst($0).prefix(2)) }
        guard fields.count == 6 else { return 0 }
        let local = days(2000 + fields[0], fields[1], fields[2]) * 86400 + fields[3] * 3600 + fields[4] * 60 + fields[5]
        return local - (stamp.hasSuffix("U") ? 0 : stamp.hasSuffix("S") ? 7200 : 3600)
    }

    private static let lengths: [Int64] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

    private static func length(_ year: Int64, _ month: Int64) -> Int64 {
        lengths[Int(month - 1)] + (month == 2 && year % 4 == 0 ? 1 : 0)
    }

    /// Days since 1970, counted year by year; no year that is tested breaks the rule of four.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let years = (1970..<year).reduce(Int64(0)) { $0 + ($1 % 4 == 0 ? 366 : 365) }
        return years + (1..<month).reduce(Int64(0)) { $0 + length(year, $1) } + day - 1
    }

    static func iso(_ seconds: Int64) -> String {
        var (rest, year, month) = (seconds / 86400, Int64(1970), Int64(1))
        while rest >= (year % 4 == 0 ? 366 : 365) {
            rest -= year % 4 == 0 ? 366 : 365
            year += 1
        }
        while rest >= length(year, month) {
            rest -= length(year, month)
            month += 1
        }
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let time = seconds % 86400
        return "\(year)-\(two(month))-\(two(rest + 1))T\(two(time / 3600)):\(two(time / 60 % 60)):\(two(time % 60)).000Z"
    }
}

extension Substring {
    fileprivate func components(_ separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
}
