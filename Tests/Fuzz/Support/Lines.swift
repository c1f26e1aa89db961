public import P1Parser

/// Telegrams of an input that may be a few lines only, so that most of the changes to it are changes to what matters.
public enum Lines {
    private static let head = Array("/TST5\r\n\r\n".utf8)
    private static let end = Array("\r\n!\r\n".utf8)

    /// The telegrams of an input: each ends with a line that begins with `!`. A header line where one lacks it, and the last
    /// end line, are added.
    public static func telegrams(_ input: [UInt8]) -> [Telegram] {
        var stream: [UInt8] = []
        stream.reserveCapacity(input.count + 64)
        var isAtStart = true
        for index in input.indices {
            let isLineStart = index == 0 || input[index - 1] == 0x0A
            if isAtStart, isLineStart {
                if input[index] != UInt8(ascii: "/") { stream += head }
                isAtStart = false
            }
            stream.append(input[index])
            if isLineStart, input[index] == UInt8(ascii: "!") { isAtStart = true }
        }
        stream += end
        var telegrams: [Telegram] = []
        var framer = Framer()
        framer.feed(stream.span) { event in
            if case .frame(let frame) = event, telegrams.count < 16 { telegrams.append(Telegram(frame)) }
        }
        return telegrams
    }
}
