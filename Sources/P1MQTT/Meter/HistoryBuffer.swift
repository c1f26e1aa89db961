/// The documents of an outage of the broker, one a minute, until they can be sent (`publish.history`, design A8).
///
/// A dead broker is noticed late: what was published shortly before may not have arrived. So the last few minutes are
/// kept at all times, and an outage begins with them.
///
/// Each document has a number `seq` that follows from its time, minutes since 1970, so that a repeat after a crash has
/// the same. It only grows: when the meter's clock is set back, the numbers go on by one until the time has caught up.
package struct HistoryBuffer: Sendable {
    /// The first document of a minute, as JSON.
    package struct Entry: Sendable, Equatable {
        package var seq: Int64
        package var json: [UInt8]
    }

    /// A day.
    static let maximumEntries = 1440
    /// All meters together, in bytes: a day of some 20 meters.
    package static let maximumBytes = 64 * 1024 * 1024

    /// Entries that could not be kept, because the outage lasted longer than there was room.
    package private(set) var dropped = 0

    private var byteLimit: Int
    private let recentLimit: Int
    private var recent: [Entry] = []
    private var waiting: [Entry] = []
    /// Entries at the start of `waiting` that were taken already.
    private var taken = 0
    private var bytes = 0
    private var lastMinute: Int64?
    private var lastSeq: Int64 = .min

    /// - Parameters:
    ///   - meters: how many share the memory.
    ///   - keepAlive: seconds; after one and a half times that a dead broker is noticed.
    package init(meters: Int, keepAlive: Int) {
        byteLimit = Self.maximumBytes / max(1, meters)
        recentLimit = min(Self.maximumEntries, keepAlive * 3 / 2 / 60 + 2)
    }

    /// Other meters than before share the memory.
    package mutating func share(among meters: Int) { byteLimit = Self.maximumBytes / max(1, meters) }

    /// How many wait to be sent.
    package var count: Int { waiting.count - taken }

    /// Takes a document that is being published, or would be.
    /// - Parameters:
    ///   - time: of the document, seconds since 1970 UTC.
    ///   - json: makes the document with its number; called for the first one of a minute only.
    package mutating func add(at time: Int64, isBrokerAway: Bool, json: (_ seq: Int64) -> [UInt8]) {
        if isBrokerAway {
            for entry in recent { append(entry) }
            recent.removeAll()
        }
        let minute = time >= 0 ? time / 60 : (time - 59) / 60
        guard minute != lastMinute else { return }
        lastMinute = minute
        lastSeq = lastSeq < minute ? minute : lastSeq + 1
        let entry = Entry(seq: lastSeq, json: json(lastSeq))
        if isBrokerAway { return append(entry) }
        recent.append(entry)
        if recent.count > recentLimit { recent.removeFirst() }
    }

    /// The next entries in order, at most `limit`; they are the caller's from then on.
    package mutating func take(_ limit: Int) -> [Entry] {
        let portion = Array(waiting[taken...].prefix(limit))
        for _ in portion { removeFirst() }
        return portion
    }

    private mutating func append(_ entry: Entry) {
        waiting.append(entry)
        bytes += entry.json.count
        while count > Self.maximumEntries || bytes > byteLimit && count > 1 {
            removeFirst()
            dropped += 1
        }
    }

    /// Gives its memory back at once; the rest is not moved for each entry.
    private mutating func removeFirst() {
        bytes -= waiting[taken].json.count
        waiting[taken].json = []
        taken += 1
        guard taken == waiting.count || taken > 256 else { return }
        waiting.removeFirst(taken)
        taken = 0
    }
}
