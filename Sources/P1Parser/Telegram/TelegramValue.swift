extension Telegram {
    /// What a telegram says at one code, ready to use: numbers in the one unit of their quantity, texts as strings.
    public struct Value: Sendable, Hashable, Codable {
        /// The number, with the decimals that the meter sent.
        public let number: FixedDecimal?
        /// The unit of the number; `nil` for a bare one.
        public let unit: MeterUnit?
        /// The time, or the time at which the number was so.
        public let time: MeterTimestamp?
        /// The text. Where the catalogue does not explain the value, its groups as they were sent, brackets included.
        public let text: String?

        init(number: FixedDecimal? = nil, unit: MeterUnit? = nil, time: MeterTimestamp? = nil, text: String? = nil) {
            self.number = number
            self.unit = unit
            self.time = time
            self.text = text
        }
    }

    /// What stands at a code.
    ///
    /// - Parameter code: a code as the meter sends it, such as `"1-0:1.8.1"`; F may be left out for the running billing
    ///   period.
    /// - Returns: the value of the first line with this code that has one; `nil` when there is none.
    public func value(for code: OBISCode) -> Value? {
        for (index, object) in objects.enumerated() where object.code.means(code) {
            if let reading = readings.first(where: { $0.object == index }) {
                if let value = value(of: reading) { return value }
            } else if !object.isInCatalogue || unexplained.contains(index) {
                return Value(text: groupsText(of: object))
            }
        }
        return nil
    }

    /// A reading, ready to use.
    ///
    /// - Parameter reading: one of `readings`.
    /// - Returns: its value; `nil` for a time that is impossible.
    public func value(of reading: Reading) -> Value? {
        switch reading.value {
        case .number(let number, let unit): Value(number: number, unit: unit)
        case .timed(let number, let unit, let time): Value(number: number, unit: unit, time: time)
        case .time(let time): time.map { Value(time: $0) }
        case .text(let text):
            switch Catalogue.kinds[reading.row] {
            case .message, .digits: Value(text: decodingHex(text))
            default: Value(text: string(text))
            }
        case .list: Value(text: groupsText(of: objects[reading.object]))
        }
    }

    /// The groups of an object as sent, with their brackets.
    ///
    /// - Parameter object: one of `objects`.
    /// - Returns: for instance `(01234.567*m3)`.
    public func groupsText(of object: DataObject) -> String {
        values(of: object).map { "(" + string($0.text) + ($0.unit.map { "*" + string($0) } ?? "") + ")" }.joined()
    }
}

extension Telegram.Value: CustomStringConvertible {
    /// The value in words: `1234.567 kWh`, `240229120505W`, the text.
    public var description: String {
        let quantity = number.map { number in unit.map { "\(number) \($0.rawValue)" } ?? "\(number)" }
        return [quantity, time.map { quantity == nil ? "\($0)" : "(\($0))" }, text].compactMap(\.self).joined(separator: " ")
    }
}

extension OBISCode {
    /// Whether it is the other one as a meter sends it: F of 255 is the running billing period, and so is none.
    fileprivate func means(_ other: OBISCode) -> Bool {
        self == other || withoutF == other.withoutF && (f ?? 255) == (other.f ?? 255)
    }
}
