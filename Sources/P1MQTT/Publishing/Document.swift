import P1Parser

/// The content of one telegram by its places in the JSON document (design A4).
struct Document: Sendable {
    /// One value.
    enum Value: Sendable, Equatable {
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
    var values: [Value?]
    /// Codes that the catalogue does not know, with their groups as sent.
    var unknown: [(code: String, groups: String)] = []
    /// Registers that the guard holds back: they show their last accepted value and are not published.
    var held: [DocumentLayout.Slot] = []

    /// Its time, seconds since 1970 UTC: the meter's, or that of arrival where it sends none.
    var time: Int64? {
        if case .time(let time)? = values[Self.timestamp] { time } else { nil }
    }

    private static let timestamp = DocumentLayout.shared.slot("timestamp")

    /// What the telegram itself does not say.
    struct Context {
        /// Minutes that the meter's standard time is ahead of UTC; `nil`: what is known of the meter, else +01:00.
        var utcOffset: Int?
        /// When the telegram came, seconds since 1970; `nil` for a capture.
        var arrival: Int64?
        /// Which of several M-Bus meters of a kind stands under its name.
        var choice = MBusChoice()
    }

    init(_ telegram: Telegram, _ context: inout Context) {
        let layout = DocumentLayout.shared
        values = Array(repeating: nil, count: layout.places.count)
        let offset = context.utcOffset ?? telegram.dialect.standardOffset
        let times = Times(offset: offset, arrival: context.arrival)

        values[layout.slot("meterType")] = .text(telegram.meterType)
        for reading in telegram.readings {
            guard let slot = layout.slot(of: reading), !(reading.isSubordinate && values[slot] != nil) else { continue }
            values[slot] = Document.value(of: reading, in: telegram, times) ?? values[slot]
        }
        addIdentity(of: telegram, arrival: context.arrival)
        addMBus(telegram, &context.choice, times)
        addUnknown(telegram)
        cleanTexts()
        derive()
    }

    /// Turns times of this telegram into UTC.
    struct Times {
        let offset: Int
        let arrival: Int64?

        func utc(_ time: MeterTimestamp) -> Int64 { time.secondsSince1970(standardOffset: offset, arrival: arrival) }
    }

    private static func value(of reading: Reading, in telegram: Telegram, _ times: Times) -> Value? {
        let quantity = reading.catalogueRow.quantity
        switch reading.value {
        case .number(let number, let unit):
            return unit.map { .quantity(number, $0) } ?? .number(number)
        case .timed(let number, let unit, let time):
            return unit.map { .peak(number, $0, time.map(times.utc)) }
        case .time(let time):
            return time.map { .time(times.utc($0)) }
        case .text(let text) where quantity == .version:
            return version(text, telegram).map(Value.text)
        case .text(let text):
            return quantity == .message || quantity == .digits ? .text(telegram.decodingHex(text)) : .text(telegram.string(text))
        case .list where quantity == .failureLog:
            return telegram.failureLog(of: reading).map { .json(HistoryJSON.failureLog($0, times)) }
        case .list:
            return telegram.peakHistory(of: reading).map { .json(HistoryJSON.peaks($0, times)) }
        }
    }

    /// The version, from hexadecimal text where it is longer than any version is (Iskra in Wallonia); `nil` for blanks
    /// (Sibelga).
    private static func version(_ range: TextRange, _ telegram: Telegram) -> String? {
        let decoded = range.count > 5 ? telegram.decodingHex(range) : telegram.string(range)
        let text = decoded.allSatisfy { $0.isASCII && !$0.isNewline && $0 >= " " } ? decoded : telegram.string(range)
        return text.allSatisfy { $0 == " " } ? nil : text
    }

    /// Version, time and serial number where they are not simply what was sent.
    private mutating func addIdentity(of telegram: Telegram, arrival: Int64?) {
        let layout = DocumentLayout.shared
        let version = layout.slot("version")
        let timestamp = layout.slot("timestamp")
        if values[version] == nil, telegram.dialect == .dsmr22 { values[version] = .text("22") }
        if values[timestamp] == nil, let arrival { values[timestamp] = .time(arrival) }
        for reading in telegram.readings where reading.channel == 0 && reading.catalogueRow.path == "equipmentId" {
            guard case .text(let text) = reading.value, let serial = telegram.serialNumber(text) else { continue }
            values[layout.slot("serialNumber")] = .text(serial)
        }
        let ean = layout.slot("ean")
        if case .text(let text)? = values[ean], !text.allSatisfy(\.isNumber) || text.isEmpty { values[ean] = nil }
    }

    private mutating func addMBus(_ telegram: Telegram, _ choice: inout MBusChoice, _ times: Times) {
        let devices = telegram.mbusDevices
        guard !devices.isEmpty else { return }
        for device in devices { add(device, under: "mbus/\(device.channel)", telegram, times) }
        for (medium, device) in choice.choose(among: devices, of: telegram, at: times.arrival, utc: times.utc) {
            add(device, under: medium.rawValue, telegram, times)
        }
    }

    private mutating func add(_ device: MBusDevice, under parent: String, _ telegram: Telegram, _ times: Times) {
        let layout = DocumentLayout.shared
        func text(_ key: String, _ range: TextRange?) {
            if let range { values[layout.slot(parent + "/" + key)] = .text(telegram.string(range)) }
        }
        text("deviceType", device.deviceType)
        text("equipmentId", device.equipmentId)
        text("valvePosition", device.valvePosition)
        if let ean = device.ean.map(telegram.decodingHex), !ean.isEmpty, ean.allSatisfy(\.isNumber) {
            values[layout.slot(parent + "/ean")] = .text(ean)
        }
        if let serial = device.equipmentId.flatMap(telegram.serialNumber) {
            values[layout.slot(parent + "/serialNumber")] = .text(serial)
        }
        guard let reading = device.reading, let time = device.timestamp else { return }
        values[layout.slot(parent + "/timestamp")] = .time(times.utc(time))
        values[layout.slot(parent + "/reading")] = device.unit.map { .quantity(reading, $0) } ?? .number(reading)
    }

    private mutating func addUnknown(_ telegram: Telegram) {
        for object in telegram.objects where Catalogue.find(object.code) == nil {
            let groups = telegram.values(of: object).map { value in
                "(" + telegram.string(value.text) + (value.unit.map { "*" + telegram.string($0) } ?? "") + ")"
            }
            unknown.append((telegram.string(object.codeText), groups.joined()))
        }
    }
}
