import P1MQTTMeter
import P1Parser

/// How long the rest of an encrypted telegram is waited for. One in clear ends where the next one begins; of an encrypted
/// one only the time tells that its rest is lost.
struct EnvelopeWait {
    /// Milliseconds.
    private static let limit: Int64 = 10_000

    /// The place of the telegram in the stream, and since when it has been unfinished.
    private var unfinished: (offset: Int, since: Int64)?

    /// Monotonic milliseconds at which it is to be given up; `nil` while none is waited for.
    var deadline: Int64? { unfinished.map { $0.since + Self.limit } }

    /// Notes what is waited for after the reader took bytes.
    mutating func update(_ reader: TelegramReader, at now: Moment) {
        guard reader.unfinishedEnvelope != unfinished?.offset else { return }
        unfinished = reader.unfinishedEnvelope.map { ($0, now.monotonic) }
    }
}
