import Foundation
import P1Parser

/// What another parser made of one object, as recorded beside a capture.
struct PeerObject: Decodable, Sendable {
    let obis: String?
    let value: Scalar?
    let unit: String?
    let datetime: String?
    let occurred: String?
    let count: Int64?
    let entries: [Entry]?
    /// Why the parser could not read the line.
    let error: String?

    struct Entry: Decodable, Sendable {
        let datetime: String?
        let value: Int64?
    }

    /// A value: texts and numbers are both written as text here.
    struct Scalar: Decodable, Sendable {
        let text: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int64.self) {
                text = String(number)
            } else {
                text = try container.decode(String.self)
            }
        }
    }

    /// The number in the product's unit; `nil` when it is text.
    var number: FixedDecimal? {
        guard let value, let number = FixedDecimal(value.text) else { return nil }
        return number.movingPoint(by: unit.map { PeerObject.places[$0.lowercased()] ?? 0 } ?? 0)
    }

    /// The product's unit for the one that was sent; `nil` without one.
    var productUnit: String? {
        guard let unit, !unit.isEmpty else { return nil }
        return PeerObject.units[unit.lowercased()] ?? unit
    }

    private static let units: [String: String] = [
        "wh": "kWh", "kwh": "kWh", "w": "kW", "kw": "kW", "varh": "kvarh", "kvarh": "kvarh", "var": "kvar", "kvar": "kvar", "kva": "kVA",
        "ma": "A", "ka": "A", "a": "A", "kv": "V", "v": "V", "khz": "Hz", "hz": "Hz", "m3": "m3", "gj": "GJ", "s": "s",
    ]

    private static let places: [String: Int] = [
        "wh": -3, "w": -3, "varh": -3, "var": -3, "ma": -3, "ka": 3, "kv": 3, "khz": 3,
    ]
}

/// The file of a capture in `expected/`.
struct PeerFile: Decodable, Sendable {
    let telegrams: [PeerTelegram]

    struct PeerTelegram: Decodable, Sendable {
        let peer: Result?

        enum CodingKeys: String, CodingKey {
            case peer = "dsmr_parser"
        }
    }

    struct Result: Decodable, Sendable {
        let objects: [PeerObject]?
    }
}

/// The file of a capture in `expected/` that ends in `.athom.json`, as far as it is compared: energy in Wh, power in W.
struct AthomFile: Decodable, Sendable {
    let electricity: Electricity?
    let mBus: [String: Device]?
    let metadata: Metadata?

    struct Metadata: Decodable, Sendable {
        let events: Events?
    }

    struct Events: Decodable, Sendable {
        let powerFailures: Double?
        let longPowerFailures: Double?
        let voltageSags: [String: Double]?
        let voltageSwells: [String: Double]?

        var values: [(String, Double?)] {
            var values = [
                ("electricity/numberOfPowerFailures", powerFailures), ("electricity/numberOfLongPowerFailures", longPowerFailures),
            ]
            for phase in ["L1", "L2", "L3"] {
                values.append(("electricity/voltageSags/" + phase, voltageSags?[phase.lowercased()]))
                values.append(("electricity/voltageSwell/" + phase, voltageSwells?[phase.lowercased()]))
            }
            return values
        }
    }

    struct Electricity: Decodable, Sendable {
        let total: Energy?
        let currentTariff: Double?
        let tariffs: [String: Energy]?
        let powerReceivedTotal: Double?
        let powerReturnedTotal: Double?
        let powerReceived: [String: Double]?
        let powerReturned: [String: Double]?
        let voltage: [String: Double]?
        let current: [String: Double]?
    }

    struct Energy: Decodable, Sendable {
        let received: Double?
        let returned: Double?
    }

    struct Device: Decodable, Sendable {
        let deviceType: Int64?
        let value: Double?
        let unit: String?
        let timestamp: String?
    }

    /// What it says, by path of the document, in the units of the document.
    var values: [(path: String, value: Double)] {
        var values: [(String, Double?)] = []
        for (tariff, energy) in electricity?.tariffs ?? [:] {
            values.append(("electricity/received/tariff\(tariff)", energy.received.map { $0 / 1000 }))
            values.append(("electricity/delivered/tariff\(tariff)", energy.returned.map { $0 / 1000 }))
        }
        values.append(("electricity/received/actual", electricity?.powerReceivedTotal.map { $0 / 1000 }))
        values.append(("electricity/delivered/actual", electricity?.powerReturnedTotal.map { $0 / 1000 }))
        let now = "electricity/instantaneous/"
        for (phase, value) in electricity?.powerReceived ?? [:] {
            values.append((now + "power/positive/\(phase.uppercased())", value / 1000))
        }
        for (phase, value) in electricity?.powerReturned ?? [:] {
            values.append((now + "power/negative/\(phase.uppercased())", value / 1000))
        }
        for (phase, value) in electricity?.voltage ?? [:] { values.append((now + "voltage/\(phase.uppercased())", value)) }
        for (phase, value) in electricity?.current ?? [:] { values.append((now + "current/\(phase.uppercased())", value)) }
        values.append(("electricity/received/total", electricity?.total?.received.map { $0 / 1000 }))
        values.append(("electricity/delivered/total", electricity?.total?.returned.map { $0 / 1000 }))
        values.append(("electricity/tariffIndicator", electricity?.currentTariff))
        values += metadata?.events?.values ?? []
        for (channel, device) in mBus ?? [:] {
            values.append(("mbus/\(channel)/reading", device.value))
            values.append(("mbus/\(channel)/deviceType", device.deviceType.map { Double($0) }))
        }
        return values.compactMap { path, value in value.map { (path, $0) } }
    }
}

/// A capture outside the project; see `CorpusTests` of the parser.
struct CorpusCapture: Sendable, CustomStringConvertible {
    let name: String
    let folder: URL

    var description: String { name }

    static let folder = ProcessInfo.processInfo.environment["TELEGRAM_CORPUS"].map { URL(filePath: $0) }

    static let all: [CorpusCapture] = {
        guard let folder, let index = try? String(contentsOf: folder.appending(path: "INDEX.tsv"), encoding: .utf8) else { return [] }
        return index.split(whereSeparator: \.isNewline).dropFirst().compactMap { line in
            guard let file = line.split(separator: "\t").first, file.hasSuffix(".txt") else { return nil }
            return CorpusCapture(name: String(file.dropLast(4)), folder: folder)
        }
    }()

    /// The capture itself.
    func bytes() throws -> [UInt8] { Array(try Data(contentsOf: folder.appending(path: "corpus/\(name).txt"))) }

    /// What is recorded beside it, by the end of its name.
    func file(_ ending: String) throws -> [UInt8] { Array(try Data(contentsOf: folder.appending(path: "expected/\(name).\(ending)"))) }

    func telegrams() throws -> [Telegram] {
        var frames: [Frame] = []
        var framer = Framer()
        let take: (Framer.Event) -> Void = { if case .frame(let frame) = $0 { frames.append(frame) } }
        let bytes = try bytes()
        framer.feed(bytes.span, take)
        framer.finish(take)
        return frames.map { Telegram($0) }
    }

    func peer() throws -> [[PeerObject]] {
        let data = try Data(contentsOf: folder.appending(path: "expected/\(name).json"))
        return try JSONDecoder().decode(PeerFile.self, from: data).telegrams.map { $0.peer?.objects ?? [] }
    }

    /// `nil` where that parser has no result.
    func athom() throws -> AthomFile? {
        let url = folder.appending(path: "expected/\(name).athom.json")
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        return try JSONDecoder().decode(AthomFile.self, from: try Data(contentsOf: url))
    }
}
