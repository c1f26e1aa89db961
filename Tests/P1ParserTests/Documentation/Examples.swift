import Crypto
import P1Parser

/// The code of the documentation's pages, each block within a function that gives it what it needs. `DocumentationTests`
/// compares and runs them.
final class Examples {
    private(set) var printed: [String] = []

    /// Takes the place of the global function in the blocks.
    private func print(_ items: Any...) {
        printed.append(items.map { "\($0)" }.joined(separator: " "))
    }

    private func handle(_ event: TelegramReader.Event) {
        if case .telegram(let telegram) = event { print(telegram.frame.offset) }
    }

    // MARK: - P1Parser

    func overview(_ chunks: AsyncStream<[UInt8]>) async {
        for await telegram in TelegramReader().telegrams(in: chunks) {
            if let energy = telegram[.energyReceived(tariff: 1)] { print("\(energy) kWh taken in tariff 1") }
            if let power = telegram.value(for: "1-0:1.7.0") { print("\(power) at the moment") }
            if let gas = telegram.mbusDevice(.gas)?.reading { print("\(gas) m3 of gas") }
        }
    }

    func callback(_ chunk: [UInt8]) {
        var reader = TelegramReader()
        reader.feed(chunk.span) { event in
            switch event {
            case .telegram(let telegram): print("\(telegram.readings.count) readings")
            case .rejected(let rejection): print("at \(rejection.offset): \(rejection)")
            case .remark(let remark, _): print("\(remark)")
            case .skipped(let offset, let count): print("at \(offset): \(count) bytes between telegrams")
            }
        }
    }

    // MARK: - From bytes to readings

    func oneReader(_ before: [UInt8], _ after: [UInt8]) {
        var reader = TelegramReader(checksums: .required)
        reader.feed(before.span, handle)
        reader.breakOff(handle)
        reader.feed(after.span, handle)
        reader.finish(handle)
    }

    func wholeCapture(_ capture: [UInt8]) -> [Telegram] {
        let telegrams = TelegramReader().telegrams(in: capture)
        return telegrams
    }

    func rejections(_ capture: [UInt8]) {
        for case .rejected(let rejection) in TelegramReader().events(in: capture) {
            print("offset \(rejection.offset), \(rejection.count) bytes: \(rejection)")
            if case .wrongChecksum = rejection.reason, let frame = rejection.frame {
                print("header: \(Telegram(frame).meterType)")
            }
        }
    }

    func asking(_ telegram: Telegram) -> Bool {
        let byCode = telegram.value(for: "1-0:2.8.1")?.number
        let byQuantity = telegram[.energyDelivered(tariff: 1)]
        return byCode != nil && byCode == byQuantity
    }

    func everything(_ telegram: Telegram) {
        for reading in telegram.readings {
            guard let value = telegram.value(of: reading) else { continue }
            print("\(telegram.row(of: reading).meaning): \(value)")
        }
    }

    func numbers() {
        let short: FixedDecimal? = FixedDecimal("1.5")
        let long: FixedDecimal? = FixedDecimal("1.50")
        print(short == long, long.map { "\($0)" } ?? "", long.map { Double($0) } ?? 0)
    }

    func times(_ telegram: Telegram) {
        if let time = telegram.time {
            print(time.secondsSince1970(standardOffset: telegram.dialect.standardOffset))
        }
    }

    func devices(_ telegram: Telegram) {
        for device in telegram.mbusDevices {
            let id = device.equipmentId.flatMap { telegram.serialNumber($0) }
            print("channel \(device.channel): \(device.medium?.rawValue ?? "unknown") \(id ?? "")")
            if let reading = device.reading { print("\(reading) \(device.unit?.rawValue ?? "")") }
        }
    }

    func lists(_ telegram: Telegram) {
        for reading in telegram.readings {
            if let log = telegram.failureLog(of: reading) { print("\(log.count) long power failures") }
            for peak in telegram.peakHistory(of: reading)?.peaks ?? [] { print("\(peak.power) kW") }
        }
    }

    func writing() -> [UInt8] {
        var writer = TelegramWriter(header: "XYZ5\\METER")
        writer.line("1-0:1.8.1", .number(FixedDecimal(mantissa: 1_234_567, scale: 3), digits: 9, decimals: 3, unit: "kWh"))
        let bytes = writer.finish(withChecksum: true)
        return bytes
    }

    // MARK: - Dialects

    func dialect(_ telegram: Telegram) {
        print("\(telegram.dialect.rawValue): \(telegram.dialectEvidence)")
    }

    func offset(_ telegram: Telegram, isInFinland: Bool) -> Int64? {
        let offset = isInFinland ? 120 : telegram.dialect.standardOffset
        let seconds = telegram.time?.secondsSince1970(standardOffset: offset)
        return seconds
    }

    func limit(_ telegram: Telegram) {
        if let limit = telegram[.threshold]?.number, !limit.isAllNines { print("limited to \(limit)") }
    }

    // MARK: - Encrypted telegrams

    func decipher(_ capture: [UInt8], key: [UInt8], publicKeyOfLuxembourg: [UInt8]) -> [Telegram] {
        let cipher = MeterKeys(key: SymmetricKey(data: key), authenticationKey: publicKeyOfLuxembourg)
        let telegrams = TelegramReader(cipher: cipher).telegrams(in: capture)
        return telegrams
    }

    func whoEncrypts(_ capture: [UInt8]) {
        for case .rejected(let rejection) in TelegramReader().events(in: capture) {
            if case .sealed(let envelope, .noKey) = rejection.reason {
                print("a meter that encrypts: \(envelope.systemTitleText)")
            }
        }
    }

    func giveUp(_ reader: inout TelegramReader, secondsSinceTheLastByte: Int) {
        if reader.unfinishedEnvelope != nil, secondsSinceTheLastByte > 10 { reader.abandonEnvelope(handle) }
    }
}
