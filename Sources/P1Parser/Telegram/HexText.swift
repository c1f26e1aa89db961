extension Telegram {
    /// Text that was written as the hexadecimal codes of its bytes.
    ///
    /// UTF-8 where the bytes are that, else Latin-1. What is not hexadecimal stays as it was sent: some meters send
    /// their messages as plain text.
    ///
    /// - Parameter range: a range of this telegram.
    /// - Returns: the text.
    public func decodingHex(_ range: TextRange) -> String {
        guard let bytes = hexBytes(range) else { return string(range) }
        if bytes.allSatisfy({ $0 < 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
        return String(validating: bytes, as: UTF8.self) ?? String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    }

    /// The readable form of an equipment id, as printed on the meter; `nil` when it is empty, all zeros or blank.
    ///
    /// - Parameter range: the id as sent: the hexadecimal codes of its characters, or the characters themselves.
    /// - Returns: the id without the blanks that pad it.
    public func serialNumber(_ range: TextRange) -> String? {
        let id = PrintedId(range, in: text.span)
        guard id.saysSomething(in: text.span) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(id.count)
        for index in 0..<id.count { bytes.append(id.character(index, in: text.span)) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether an equipment id has a readable form, without making it.
    ///
    /// - Parameter range: the id as sent.
    /// - Returns: whether `serialNumber` is not `nil`.
    package func hasSerialNumber(_ range: TextRange) -> Bool { PrintedId(range, in: text.span).saysSomething(in: text.span) }

    /// Whether the readable form of an equipment id hardly tells one meter from another: a word, or a few characters (`ER23`,
    /// Iskra).
    ///
    /// - Parameter range: the id as sent.
    /// - Returns: false also for an id that says nothing.
    package func hasWeakSerialNumber(_ range: TextRange) -> Bool {
        let id = PrintedId(range, in: text.span)
        return id.saysSomething(in: text.span) && (id.count < 5 || !id.hasDigit(in: text.span))
    }

    private func hexBytes(_ range: TextRange) -> [UInt8]? {
        guard range.count % 2 == 0 else { return nil }
        let text = text.span
        var bytes: [UInt8] = []
        for index in stride(from: range.range.lowerBound, to: range.range.upperBound, by: 2) {
            guard let byte = text.hexByte(at: index) else { return nil }
            bytes.append(byte)
        }
        return bytes
    }
}

/// The characters of an equipment id as printed on the meter, without the blanks that pad it: those whose hexadecimal codes
/// were sent, or those that were sent themselves. Whether an id says anything is asked many times a telegram, so no text is
/// made for it.
private struct PrintedId {
    /// Bytes of the telegram for a character.
    private let width: Int
    private var places: Range<Int>

    init(_ range: TextRange, in text: Span<UInt8>) {
        places = range.range
        width = Self.isHexadecimal(places, in: text) ? 2 : 1
        while count > 0, character(count - 1, in: text) <= 0x20 { places = places.lowerBound..<places.upperBound - width }
        while count > 0, character(0, in: text) <= 0x20 { places = places.lowerBound + width..<places.upperBound }
    }

    var count: Int { places.count / width }

    func character(_ index: Int, in text: Span<UInt8>) -> UInt8 {
        let place = places.lowerBound + index * width
        return width == 2 ? text.hexByte(at: place) ?? 0 : text[place]
    }

    /// Not when it is empty, or all zeros.
    func saysSomething(in text: Span<UInt8>) -> Bool {
        for index in 0..<count {
            let character = character(index, in: text)
            if character != UInt8(ascii: "0"), character != UInt8(ascii: "-") { return true }
        }
        return false
    }

    func hasDigit(in text: Span<UInt8>) -> Bool {
        for index in 0..<count where UInt8(ascii: "0")...UInt8(ascii: "9") ~= character(index, in: text) { return true }
        return false
    }

    private static func isHexadecimal(_ range: Range<Int>, in text: Span<UInt8>) -> Bool {
        guard range.count % 2 == 0, !range.isEmpty else { return false }
        for index in stride(from: range.lowerBound, to: range.upperBound, by: 2) {
            guard let byte = text.hexByte(at: index), (0x20...0x7E).contains(byte) else { return false }
        }
        return true
    }
}
