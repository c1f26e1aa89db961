/// A change in the state of a source, for one log line and one `bridge/event`.
package struct SourceReport: Equatable, Sendable {
    package enum Kind: String, Sendable {
        /// Opened for the first time.
        case connected
        /// Could not be opened, or broke off.
        case failed
        /// What was reported before is over.
        case recovered
        /// Open, but no bytes come.
        case silent
        /// Bytes come, but no good telegram.
        case unreadable
        /// The end of a file; nothing follows.
        case ended
    }

    package var kind: Kind
    /// Name of the source.
    package var source: String
    /// What happened, without the name of the source.
    package var reason: String
    /// What a person can do about it, in whole sentences.
    package var remedy: String?
    /// Seconds until the next try, when there is one.
    package var retry: Int?
}

extension SourceReport: CustomStringConvertible {
    package var description: String {
        var text = "\(source): \(reason)"
        if let remedy { text += ". \(remedy)" }
        if let retry { text += text.hasSuffix(".") ? " Next try in \(retry) s." : ". Next try in \(retry) s." }
        return text
    }
}
