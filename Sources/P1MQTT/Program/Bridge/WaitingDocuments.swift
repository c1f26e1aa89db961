import P1MQTTMeter

/// The first documents of a meter, while it is not known what an earlier run published, which comes before them.
struct WaitingDocuments {
    /// Milliseconds that they wait at most. A broker in the house answers within 10, one behind a slow link within some
    /// hundred; one that is away does not answer at all, and then the values would not be published in that second anyway.
    static let limit: Int64 = 1000
    /// So many wait at most; a capture brings many at once.
    static let maximum = 64

    private var documents: [(document: Document, at: Moment)] = []
    private var until: Int64?

    /// When they have waited long enough, monotonic milliseconds; `nil` when none waits.
    var deadline: Int64? { documents.isEmpty ? nil : until }

    /// Adds one. Returns whether nothing is waited for any longer.
    mutating func add(_ document: Document, at now: Moment) -> Bool {
        let until = until ?? now.monotonic + Self.limit
        self.until = until
        documents.append((document, now))
        return now.monotonic >= until || documents.count >= Self.maximum
    }

    mutating func take() -> [(document: Document, at: Moment)] {
        defer { documents = [] }
        return documents
    }
}
