extension String {
    /// Printable and at most 200 characters: text from a wire on its way into a log or an event.
    package var sanitised: String {
        String(String.UnicodeScalarView(unicodeScalars.prefix(200))).printable
    }

    /// Without what is no text: a line break or tab is a blank, any other control character and those that turn the
    /// direction of writing are a question mark. So a text from a wire can neither begin a line of its own in a log nor
    /// speak to a terminal.
    package var printable: String {
        if utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return self }
        return String(String.UnicodeScalarView(unicodeScalars.map(\.printable)))
    }
}

extension Unicode.Scalar {
    fileprivate var printable: Unicode.Scalar {
        switch self {
        case "\t", "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": " "
        case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}": "?"
        // Embeddings, overrides and isolates of the bidirectional algorithm.
        case "\u{200E}", "\u{200F}", "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}": "?"
        default: self
        }
    }
}
