package import P1Parser

/// Where the time of a telegram is taken from.
package enum TelegramClock: String, Sendable, CaseIterable {
    /// From the meter, or the time of arrival where it sends none.
    case meter
    /// The time of arrival, whatever the meter says.
    case arrival
}

/// The content of one telegram by its places in the JSON document (design A4).
package struct Document: Sendable {
    /// One value.
    package enum Value: Sendable, Equatable {
        case number(FixedDecimal)
        case quantity(FixedDecimal, MeterUnit)
        /// With the seconds since 1970 at which it occurred; `nil` where the meter's time is impossible.
        case peak(FixedDecimal, MeterUnit, Int64?)
        case text(String)
        /// Seconds since 1970 UTC.
        case time(Int64)
        /// A list: JSON as it stands in the document and on its topic.
        case json([UInt8])
    }

    /// The value at each place of `DocumentLayout.shared`.
    package var values: [Value?]
    /// Codes that the catalogue does not know, with their groups as sent.
    package var unknown: [(code: String, groups: String)] = []
    /// Registers that the guard holds back: they show their last accepted value and are not published.
    package var held: [DocumentLayout.Slot] = []
    /// What its telegram follows.
    let dialect: Dialect
    /// Whether the checksum of its telegram was right; one without may say anything.
    let isChecked: Bool
    /// Whether a line of its telegram was damaged on the way: what is missing may have stood there. Under a right checksum
    /// a line that cannot be read is as the meter sends it.
    let isDamaged: Bool
    /// The meter's list of month peaks, of which a mean is derived.
    var monthPeaks: [MonthPeak] = []
    /// Seconds that the meter's clock is ahead of the time of arrival; `nil` where one of both is not known.
    private(set) var clockOffset: Int64?
    /// What the meter's own clock shows, seconds since 1970 UTC: it is what the times of its readings and the periods of
    /// its averages follow, also where `timestamp` is the time of arrival. That of arrival where it sends none.
    private(set) var meterTime: Int64?
    /// What the meters on the M-Bus measure.
    var mbus = MBusMeters()

    /// Its time, seconds since 1970 UTC: the meter's, or that of arrival where it sends none.
    var time: Int64? { time(at: Places.timestamp) }

    func time(at slot: DocumentLayout.Slot) -> Int64? {
        if case .time(let time)? = values[slot] { time } else { nil }
    }

    func text(at slot: DocumentLayout.Slot) -> String? {
        if case .text(let text)? = values[slot] { text } else { nil }
    }

    func number(at slot: DocumentLayout.Slot) -> FixedDecimal? {
        if case .quantity(let number, _)? = values[slot] { number } else { nil }
    }

    /// What the telegram itself does not say.
    struct Context {
        /// Minutes that the meter's standard time is ahead of UTC; `nil`: what is known of the meter, else +01:00.
        var utcOffset: Int?
        /// Whether a time without a flag follows summer time; `nil`: what is known of the meter.
        var summerTime: SummerTime?
        /// Which clock the time of a telegram is taken from.
        var clock = TelegramClock.meter
        /// When the telegram came, seconds since 1970; `nil` for a capture.
        var arrival: Int64?
        /// Which meter is on each channel of the M-Bus.
        var channels = MBusChannels()
        /// Which of several M-Bus meters of a kind stands under its name.
        var choice = MBusChoice()
        /// The id of the electricity meter that the telegrams are of.
        var meterId: String?

        /// Another electricity meter has other meters behind it.
        mutating func note(meterId id: String?) {
            guard let id, id != meterId else { return }
            if meterId != nil {
                channels = MBusChannels(telegrams: channels.telegrams)
                choice = MBusChoice(gasMeter: choice.gasMeter)
            }
            meterId = id
        }

        /// Takes the document of an earlier run.
        mutating func recall(_ earlier: JSONTree) {
            if earlier["serialNumber"]?.text != nil { meterId = earlier["equipmentId"]?.text }
            channels.recall(earlier)
            choice.recall(earlier)
        }
    }

    init(_ telegram: Telegram, _ context: inout Context) {
        let layout = DocumentLayout.shared
        values = Array(repeating: nil, count: layout.places.count)
        dialect = telegram.dialect
        isChecked = if case .valid = telegram.frame.checksum { true } else { false }
        isDamaged = !isChecked && telegram.issues.contains { $0.reason != .noEndLine }
        let times = Times(
            offset: context.utcOffset ?? dialect.standardOffset, summerTime: context.summerTime ?? dialect.summerTime,
            arrival: context.arrival)

        values[Places.meterType] = .text(telegram.meterType)
        take(telegram, times)
        addIdentity(of: telegram)
        addVersionAndTime(of: telegram, dialect, times, context.clock)
        context.note(meterId: values[Places.meter.serialNumber] == nil ? nil : text(at: Places.meter.equipmentId))
        addMBus(telegram, &context, times)
        addUnknown(telegram)
    }

    /// Takes the readings. Of several for one place the one that stands first in the catalogue counts, whatever the order
    /// of the lines; of several lines with one code the first (Poland sends 17.0.0 three times).
    private mutating func take(_ telegram: Telegram, _ times: Times) {
        let layout = DocumentLayout.shared
        let exceptions = Catalogue.exceptions(for: telegram)
        var ranks = [Int](repeating: .max, count: values.count)
        for reading in telegram.readings {
            guard let slot = layout.slot(of: reading, in: telegram, exceptions) else { continue }
            let rank = telegram.rank(of: reading)
            guard rank < ranks[slot] else { continue }
            guard let value = Document.value(of: reading, in: telegram, times) else {
                addSpecial(reading, of: telegram, times)
                continue
            }
            values[slot] = value
            ranks[slot] = rank
            if Catalogue.kinds[reading.row] == .peakHistory, let history = telegram.peakHistory(of: reading) {
                monthPeaks = history.peaks.compactMap { MonthPeak($0, times) }
            }
            if let limit = telegram.exportLimit(of: reading) {
                values[Places.exportLimit] = .quantity(limit, .A)
            }
        }
    }

    /// What stands elsewhere in the document than the catalogue has its code, or nowhere.
    private mutating func addSpecial(_ reading: Reading, of telegram: Telegram, _ times: Times) {
        guard case .list = reading.value else { return }
        if let profile = telegram.monthEnd(of: reading) {
            values[Places.monthEnd] = .json(HistoryJSON.profile(profile, of: telegram, times))
        } else {
            addUnknown(telegram.objects[reading.object], of: telegram)
        }
    }

    /// Turns times of this telegram into UTC.
    struct Times {
        let offset: Int
        let summerTime: SummerTime
        let arrival: Int64?

        func utc(_ time: MeterTimestamp) -> Int64 {
            time.secondsSince1970(standardOffset: offset, summerTime: summerTime, arrival: arrival)
        }
    }

    private static func value(of reading: Reading, in telegram: Telegram, _ times: Times) -> Value? {
        let quantity = Catalogue.kinds[reading.row]
        switch reading.value {
        case .number(let number, let unit):
            return unit.map { .quantity(number, $0) } ?? .number(number)
        case .timed(let number, let unit, let time):
            return unit.map { .peak(number, $0, time.map(times.utc)) }
        case .time(let time):
            return time.map { .time(times.utc($0)) }
        case .text where quantity == .clockPart:
            return nil
        case .text(let text) where quantity == .version:
            return version(text, telegram).map(Value.text)
        case .text(let text) where quantity == .tariff:
            return .text(tariff(text, telegram))
        case .text(let text):
            guard quantity == .message || quantity == .digits else { return .text(telegram.string(text)) }
            let decoded = telegram.decodingHex(text)
            // Some meters fill an empty message with bytes of FF (Sanxing and Holley in Hungary).
            return .text(decoded.unicodeScalars.allSatisfy { $0 == "\u{FF}" } ? "" : decoded)
        case .list where quantity == .failureLog:
            return telegram.failureLog(of: reading).map { .json(HistoryJSON.failureLog($0, times)) }
        case .list where quantity == .peakHistory:
            return telegram.peakHistory(of: reading).map { .json(HistoryJSON.peaks($0, times)) }
        case .list:
            return telegram.profile(of: reading).map { .json(HistoryJSON.profile($0, of: telegram, times)) }
        }
    }

    /// The version, from hexadecimal text where it is longer than any version is (Iskra in Wallonia); `nil` for blanks
    /// (Sibelga).
    private static func version(_ range: TextRange, _ telegram: Telegram) -> String? {
        let decoded = range.count > 5 ? telegram.decodingHex(range) : telegram.string(range)
        let text = decoded.utf8.allSatisfy { (0x20...0x7F).contains($0) } ? decoded : telegram.string(range)
        return text.utf8.allSatisfy { $0 == 0x20 } ? nil : text
    }

    /// A tariff that is a word, perhaps as the hexadecimal codes of its letters.
    private static func tariff(_ range: TextRange, _ telegram: Telegram) -> String {
        guard range.count >= 4 else { return telegram.string(range) }
        let decoded = telegram.decodingHex(range)
        return decoded.utf8.allSatisfy { (0x20...0x7E).contains($0) } ? decoded : telegram.string(range)
    }

    /// The ids of the electricity meter.
    private mutating func addIdentity(of telegram: Telegram) {
        let (id, serial, name) = (Places.meter.equipmentId, Places.meter.serialNumber, Places.logicalDeviceName)
        if let found = telegram.electricityId {
            if found.isDeviceName {
                // What stands where the id should, and is hardly one.
                if let other = telegram.identifier, case .text(let text) = other.value, telegram.hasSerialNumber(text) {
                    addUnknown(telegram.objects[other.object], of: telegram)
                }
                values[name] = nil
            }
            values[id] = .text(telegram.string(found.text))
            values[serial] = telegram.serialNumber(found.text).map(Value.text)
        }
        let ean = Places.ean
        if case .text(let text)? = values[ean], !text.allSatisfy(\.isNumber) || text.isEmpty { values[ean] = nil }
    }

    private mutating func addVersionAndTime(of telegram: Telegram, _ dialect: Dialect, _ times: Times, _ clock: TelegramClock) {
        let (version, timestamp) = (Places.version, Places.timestamp)
        if values[version] == nil, dialect == .dsmr22 { values[version] = .text("22") }
        if values[timestamp] == nil {
            values[timestamp] = telegram.splitClock.map { .time(times.utc($0)) }
            // A clock that was never set says nothing; half of one, or an impossible one, is as it was sent.
            if values[timestamp] == nil, !telegram.isClockUnset { addUnknown(of: telegram) { Catalogue.kinds[$0.row] == .clockPart } }
        }
        meterTime = time ?? times.arrival
        guard let arrival = times.arrival else { return }
        clockOffset = time.map { $0 - arrival }
        if clockOffset == nil || clock == .arrival { values[timestamp] = .time(arrival) }
    }

    /// What has no place: codes that the catalogue does not know, and values that are not what their code means.
    private mutating func addUnknown(_ telegram: Telegram) {
        for object in telegram.objects where !object.isInCatalogue { addUnknown(object, of: telegram) }
        for index in telegram.unexplained { addUnknown(telegram.objects[index], of: telegram) }
        addUnknown(of: telegram) { reading in
            guard Catalogue.kinds[reading.row] == .digits, case .text(let text) = reading.value else { return false }
            let ean = telegram.decodingHex(text)
            return !ean.allSatisfy(\.isNumber) && ean.contains { $0.isLetter || $0.isNumber }
        }
    }

    /// Readings that turned out to say nothing that has a place.
    private mutating func addUnknown(of telegram: Telegram, where isMeant: (Reading) -> Bool) {
        for reading in telegram.readings where isMeant(reading) { addUnknown(telegram.objects[reading.object], of: telegram) }
    }

    private mutating func addUnknown(_ object: DataObject, of telegram: Telegram) {
        let groups = telegram.values(of: object).map { value in
            "(" + telegram.string(value.text) + (value.unit.map { "*" + telegram.string($0) } ?? "") + ")"
        }
        unknown.append((telegram.string(object.codeText), groups.joined()))
    }
}

extension DocumentLayout {
    /// The place of a reading that is not an M-Bus meter's, also of one that means something else on this meter.
    fileprivate func slot(of reading: Reading, in telegram: Telegram, _ exceptions: [CatalogueRow]) -> Slot? {
        if !exceptions.isEmpty, let row = exceptions.first(where: { $0.code == telegram.objects[reading.object].code.withoutF }) {
            return slot(row.path)
        }
        return slot(of: reading)
    }
}
