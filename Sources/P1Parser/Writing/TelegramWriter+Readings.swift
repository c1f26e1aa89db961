extension TelegramWriter {
    /// Appends the line of a reading: what `Telegram` makes of that line is the same reading again.
    ///
    /// Numbers are written with the digits they have, in the product's unit; texts as they were sent.
    ///
    /// - Parameters:
    ///   - reading: a reading.
    ///   - telegram: the telegram it is from.
    public mutating func line(of reading: Reading, in telegram: Telegram) {
        let code = telegram.objects[reading.object].code
        switch reading.value {
        case .number(let number, let unit):
            let export = reading.catalogueRow.quantity == .currentLimit ? telegram.exportLimit(of: reading) : nil
            line(code, [DataGroup(number, unit)] + (export.map { [DataGroup($0, .A)] } ?? []))
        case .timed(let number, let unit, let time):
            if reading.catalogueRow.quantity == .meterProfile {
                // Six groups that describe the value, then the value on a line of its own: DSMR 2.2, section 5.2.6.
                line(
                    code, .time(time), .text("00"), .text("60"), .text("1"),
                    .code(OBISCode(0, UInt16(reading.channel), 24, 2, 1)), .text(unit?.rawValue ?? ""))
                continuation(DataGroup(number, nil))
            } else {
                line(code, .time(time), DataGroup(number, unit))
            }
        case .time(let time):
            line(code, .time(time))
        case .text(let range):
            line(code, .text(telegram.string(range)))
        case .list:
            line(code, groups(of: reading, in: telegram))
        }
    }

    private func groups(of reading: Reading, in telegram: Telegram) -> [DataGroup] {
        switch reading.catalogueRow.quantity {
        case .failureLog:
            guard let log = telegram.failureLog(of: reading) else { break }
            return [.integer(log.count, digits: 1), .code(OBISCode(0, 0, 96, 7, 19))]
                + log.failures.flatMap { [.time($0.end), .integer($0.duration, digits: 10, unit: "s")] }
        case .peakHistory:
            if let month = telegram.monthEnd(of: reading) { return entries(of: month, in: telegram) }
            guard let history = telegram.peakHistory(of: reading) else { break }
            let listed = DataGroup.code(OBISCode(1, 0, 1, 6, 0))
            return [.integer(history.count, digits: 1), listed, listed]
                + history.peaks.flatMap { [.time($0.monthEnd), .time($0.occurred), DataGroup($0.power, .kW)] }
        case .monthEnd, .loadProfile:
            guard let profile = telegram.profile(of: reading) else { break }
            let codes = profile.entries.first?.values.compactMap(\.code) ?? []
            return [.integer(profile.count, digits: 1)] + codes.map { .code($0) } + entries(of: profile, in: telegram)
        default: break
        }
        return [.empty]
    }

    /// For each moment its time and what was captured then.
    private func entries(of profile: CapturedProfile, in telegram: Telegram) -> [DataGroup] {
        profile.entries.flatMap { entry in
            [.time(entry.time)]
                + entry.values.map { value in
                    switch value.content {
                    case .number(let number, let unit): DataGroup(number, unit)
                    case .text(let range): .text(telegram.string(range))
                    }
                }
        }
    }
}

extension DataGroup {
    /// A number with the digits it has.
    init(_ number: FixedDecimal, _ unit: MeterUnit?) {
        self = .number(number, digits: 1, decimals: number.scale, unit: unit?.rawValue)
    }
}
