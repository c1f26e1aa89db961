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
        return String(validating: bytes, as: UTF8.self) ?? String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    }

    /// The readable form of an equipment id, as printed on the meter; `nil` when it is empty, all zeros or blank.
    ///
    /// - Parameter range: the id as sent: the hexadecimal codes of its characters, or the characters themselves.
    /// - Returns: the id without the blanks that pad it.
    public func serialNumber(_ range: TextRange) -> String? {
        var bytes = Array(text[range.range])
        if let decoded = hexBytes(range), !decoded.isEmpty, decoded.allSatisfy({ (0x20...0x7E).contains($0) }) { bytes = decoded }
        while let last = bytes.last, last <= 0x20 { bytes.removeLast() }
        let text = String(decoding: bytes.drop { $0 <= 0x20 }, as: UTF8.self)
        return text.allSatisfy { $0 == "0" || $0 == "-" } ? nil : text
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
