/// Registers that a meter captured at certain moments: the end of each month, or of each quarter of an hour.
///
/// Source: COSEM, class "profile generic": a list of codes, and for each moment a value for each code.
public struct CapturedProfile: Sendable, Hashable {
    /// The number of moments that the meter states; some state another than they list.
    public let count: Int64
    /// The moments listed.
    public let entries: [Entry]

    /// One moment.
    public struct Entry: Sendable, Hashable {
        /// When the values were captured; `nil` where the meter's time is impossible.
        public let time: MeterTimestamp?
        /// The values, in the order of the meter.
        public let values: [Value]
    }

    /// One value.
    public struct Value: Sendable, Hashable {
        /// What it is; `nil` where the meter does not say.
        public let code: OBISCode?
        /// The value.
        public let content: Content
    }

    /// What stands in one group.
    public enum Content: Sendable, Hashable {
        /// A number with its unit, in the product's unit.
        case number(FixedDecimal, MeterUnit)
        /// Anything else, as sent: a status, a counter.
        case text(TextRange)
    }
}

extension Telegram {
    /// The profile behind a reading; `nil` when it is empty, has another shape or is another list.
    ///
    /// Shape: `(count)(code)(code)…` and for each moment `(time)(value)(value)…`, as in `0-0:98.1.1` of the Landis+Gyr E660
    /// and `1-0:99.1.0` of Israel.
    ///
    /// - Parameter reading: a reading.
    /// - Returns: the profile.
    public func profile(of reading: Reading) -> CapturedProfile? {
        guard [.monthEnd, .loadProfile].contains(Catalogue.kinds[reading.row]) else { return nil }
        let groups = trimmedValues(of: objects[reading.object])
        let text = text.span
        guard let first = groups.first, (1...4).contains(first.text.count), let count = FixedDecimal(text, first.text.range),
            count.scale == 0
        else { return nil }
        var codes: [OBISCode] = []
        for group in groups.dropFirst() {
            guard let code = OBISCode(group, in: text) else { break }
            codes.append(code)
        }
        var entries: [CapturedProfile.Entry] = []
        var index = groups.startIndex + 1 + codes.count
        // Where the time itself is named, it is the one in front of each moment.
        if codes.first == OBISCode(0, 0, 1, 0, 0) { codes.removeFirst() }
        while !codes.isEmpty, index + codes.count < groups.endIndex {
            // Fewer codes than groups: nobody can tell what is what.
            guard groups[index].isTime else { return nil }
            var captured: [CapturedProfile.Value] = []
            for (place, code) in codes.enumerated() {
                captured.append(CapturedProfile.Value(code: code, content: content(groups[index + 1 + place])))
            }
            entries.append(CapturedProfile.Entry(time: MeterTimestamp(text, groups[index].text.range), values: captured))
            index += codes.count + 1
        }
        return CapturedProfile(count: count.mantissa, entries: entries)
    }

    /// The registers at the end of the last month behind a reading of `0-0:98.1.0`, as meters in Hungary send them: a
    /// time, then values without codes. `nil` for any other shape, such as the peaks that Belgium has under this code.
    ///
    /// - Parameter reading: a reading.
    /// - Returns: a profile of one moment.
    public func monthEnd(of reading: Reading) -> CapturedProfile? {
        guard Catalogue.kinds[reading.row] == .peakHistory else { return nil }
        let groups = trimmedValues(of: objects[reading.object])
        let text = text.span
        guard groups.count > 1, let first = groups.first, let time = MeterTimestamp(text, first.text.range) else { return nil }
        var contents: [CapturedProfile.Content] = []
        for group in groups.dropFirst() { contents.append(content(group)) }
        let codes = Telegram.monthEndCodes(for: contents)
        let captured = contents.enumerated().map { CapturedProfile.Value(code: codes?[$0], content: $1) }
        return CapturedProfile(count: 1, entries: [CapturedProfile.Entry(time: time, values: captured)])
    }

    /// What the values are. No paper says it; the sums of captured values do: a total is that of its two tariffs,
    /// 15.8.0 is that of both directions, and a monthly peak is the higher one of its two tariffs.
    private static func monthEndCodes(for contents: [CapturedProfile.Content]) -> [OBISCode]? {
        let units: [MeterUnit] =
            Array(repeating: .kWh, count: 6) + Array(repeating: .kvarh, count: 6) + [.kWh] + Array(repeating: .kW, count: 6)
        guard contents.count == units.count else { return nil }
        for (content, unit) in zip(contents, units) {
            guard case .number(_, unit) = content else { return nil }
        }
        let (energy, peak): (UInt16, UInt16) = (8, 6)
        let quantities: [(UInt16, UInt16, UInt16)] =
            [(1, energy, 0), (1, energy, 1), (1, energy, 2), (2, energy, 0), (2, energy, 1), (2, energy, 2)]
            + [3, 4, 5, 6, 7, 8, 15].map { ($0, energy, 0) }
            + [(1, peak, 0), (1, peak, 1), (1, peak, 2), (2, peak, 0), (2, peak, 1), (2, peak, 2)]
        return quantities.map { OBISCode(1, 0, $0, $1, $2) }
    }

    private func content(_ value: DataValue) -> CapturedProfile.Content {
        guard let unitText = value.unit, let number = FixedDecimal(text.span, value.text.range),
            let (unit, places) = MeterUnit.parse(text.span, unitText.range), let moved = number.movingPoint(by: places)
        else { return .text(value.text) }
        return .number(moved, unit)
    }

    /// The limit for what is fed into the grid behind a reading of a fuse limit; `nil` when the meter sends one limit.
    ///
    /// Luxembourg writes two groups, `(040*A)(-040*A)`, Sibelga one, `(65.0*A,-65.0*A)`.
    ///
    /// - Parameter reading: a reading.
    /// - Returns: the limit in A, with the sign it was sent with.
    public func exportLimit(of reading: Reading) -> FixedDecimal? {
        guard Catalogue.kinds[reading.row] == .currentLimit else { return nil }
        let groups = trimmedValues(of: objects[reading.object])
        let text = text.span
        guard let first = groups.first,
            let second = groups.count == 2 ? groups.last : ReadingParser.limits(text, first).second,
            case .success((let limit, .A)?) = ReadingParser.measure(text, second, .currentLimit)
        else { return nil }
        return limit
    }
}
