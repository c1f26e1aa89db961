import P1MQTTMeter

/// The kinds of text that settings hold.
extension SettingCodec where Value == String {
    /// Text that obeys a rule.
    static func text(_ allowed: String, _ isAllowed: @escaping @Sendable (String) -> Bool) -> Self {
        SettingCodec(allowed: allowed, readsLiterals: false) {
            guard case .text(let text) = $0, isPrintable(text), isAllowed(text) else { return nil }
            return text
        } encode: {
            .text($0)
        }
    }

    static func text(upTo limit: Int) -> Self {
        text("text of 1 to \(limit) bytes") { 1...limit ~= $0.utf8.count }
    }

    static var path: Self {
        text("a path") { 1...4095 ~= $0.utf8.count }
    }

    static var host: Self {
        text("a host name or IP address, without scheme or port") { host in
            // One colon would be a port; an IPv6 address has more.
            1...253 ~= host.utf8.count && host.utf8.count { $0 == UInt8(ascii: ":") } != 1
                && host.utf8.allSatisfy { isLetterOrDigit($0) || ".-_:%".utf8.contains($0) }
        }
    }

    /// The name of a topic, as opposed to a filter.
    static var topic: Self {
        text("a topic of 1 to 256 bytes without +, # or empty levels, not beginning with $") { topic in
            1...256 ~= topic.utf8.count && !topic.hasPrefix("$")
                && !topic.utf8.contains { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "#") }
                && topic.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
                    .allSatisfy { !$0.isEmpty }
        }
    }

    static var meterName: Self {
        text("1 to 64 letters, digits, _ or -") { name in
            1...64 ~= name.utf8.count && name.utf8.allSatisfy { isLetterOrDigit($0) || "_-".utf8.contains($0) }
        }
    }

    /// A register or a step of it. A number or text; either way the digits stay as they were written.
    static var decimal: Self {
        SettingCodec(allowed: "a decimal number from 0 to 999999, with at most 6 decimals") {
            let written: String
            switch $0 {
            case .number(let text), .text(let text): written = text
            default: return nil
            }
            let parts = written.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            guard parts.count <= 2, parts.allSatisfy({ 1...6 ~= $0.count && $0.allSatisfy(isDigit) }) else {
                return nil
            }
            return written
        } encode: {
            .number($0)
        }
    }

    /// `2026-11-23T16:46:00Z`, with a fraction of a second if wanted.
    static var utcTime: Self {
        text("a time in UTC from 2000 to 2099 such as \"2026-01-31T12:00:00Z\"", isUTCTime)
    }

    private static func isUTCTime(_ text: String) -> Bool {
        let text = Array(text.utf8)
        let shape = Array("0000-00-00T00:00:00".utf8)
        guard text.count > shape.count, text.last == UInt8(ascii: "Z"),
            zip(text, shape).allSatisfy({ $1 == UInt8(ascii: "0") ? isDigit($0) : $0 == $1 })
        else { return false }
        let fraction = text[shape.count...].dropLast()
        guard fraction.isEmpty || fraction.first == UInt8(ascii: ".") && 2...10 ~= fraction.count,
            fraction.dropFirst().allSatisfy(isDigit)
        else { return false }
        func field(_ start: Int, _ length: Int = 2) -> Int {
            text[start..<start + length].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        }
        let (year, month) = (field(0, 4), field(5))
        guard 2000...2099 ~= year, 1...12 ~= month else { return false }
        // Every fourth year of this century is a leap year.
        let days = [31, year % 4 == 0 ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
        return 1...days ~= field(8) && field(11) < 24 && field(14) < 60 && field(17) < 60
    }

    /// Control characters belong in no name, path or topic; what ends here with one was cut or pasted wrongly.
    private static func isPrintable(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }
}

extension SettingCodec where Value == Int {
    /// Minutes east of UTC, written `+01:00`, `-03:30` or `Z`.
    static var utcOffset: Self {
        SettingCodec(allowed: "\"+HH:MM\" or \"-HH:MM\" from -12:00 to +14:00, or \"Z\"", readsLiterals: false) {
            guard case .text(let written) = $0 else { return nil }
            if written == "Z" { return 0 }
            let text = Array(written.utf8)
            guard text.count == 6, text[3] == UInt8(ascii: ":"), isDigit(text[1]), isDigit(text[2]), isDigit(text[4]),
                isDigit(text[5]), text[0] == UInt8(ascii: "+") || text[0] == UInt8(ascii: "-")
            else { return nil }
            let digits = [1, 2, 4, 5].map { Int(text[$0] - UInt8(ascii: "0")) }
            let minutes = (digits[0] * 10 + digits[1]) * 60 + digits[2] * 10 + digits[3]
            let offset = text[0] == UInt8(ascii: "-") ? -minutes : minutes
            return digits[2] < 6 && -720...840 ~= offset ? offset : nil
        } encode: { offset in
            let digits = [abs(offset) / 60, abs(offset) % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
            return .text((offset < 0 ? "-" : "+") + digits.joined(separator: ":"))
        }
    }
}

private func isDigit(_ byte: UInt8) -> Bool {
    UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
}

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
    isDigit(byte) || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
}
