/// Turns the bytes of a meter, in whatever portions they come, into telegrams that can be trusted, and says of all other
/// bytes why they cannot.
///
/// What it decides for one telegram depends on those before it: a meter that sends checksums or tags must go on doing so.
/// So there is one reader for each meter, and all of its bytes go through it.
public struct TelegramReader: Sendable {
    /// What was found in the bytes. Events come in the order of the stream.
    public enum Event: Sendable, Equatable {
        /// A telegram that can be used. Lines of it may be damaged all the same, see its `issues`.
        case telegram(Telegram)
        /// A telegram that cannot be used.
        case rejected(Rejection)
        /// Something about the encrypted telegram of the next event, whatever becomes of that.
        case remark(Remark, Envelope)
        /// Bytes that belong to no telegram; where they begin, counted from the first byte of the stream.
        case skipped(offset: Int, count: Int)
    }

    private var framer: Framer
    private var judge: TelegramJudge

    /// A reader at the start of a stream.
    ///
    /// - Parameters:
    ///   - checksums: what to do with the checksums of telegrams.
    ///   - cipher: opens encrypted telegrams; without it each of them is rejected.
    ///   - maximumLength: the most bytes that a telegram may have, up to 32768.
    public init(checksums: ChecksumPolicy = .auto, cipher: (any FrameCipher)? = nil, maximumLength: Int = 16384) {
        framer = Framer(maximumLength: maximumLength, cipher: cipher)
        judge = TelegramJudge(
            checksums: ChecksumJudge(checksums), seals: SealJudge(hasAuthenticationKey: cipher?.hasAuthenticationKey ?? false))
    }

    /// How the meter computes its checksum; `nil` while none was right.
    public var checksumVariant: ChecksumVariant? { judge.checksums.variant }

    /// Where the encrypted telegram began in the stream whose rest is waited for; `nil` when none is.
    public var unfinishedEnvelope: Int? { framer.unfinishedEnvelope }

    /// Takes the next bytes of the stream.
    ///
    /// - Parameters:
    ///   - bytes: any number of them.
    ///   - handle: is given each event.
    public mutating func feed(_ bytes: Span<UInt8>, _ handle: (Event) -> Void) {
        framer.feed(bytes) { judge.judge($0, handle) }
    }

    /// Gives up the encrypted telegram whose rest did not come. It would take the next one's bytes for its own, so whoever
    /// knows the time calls this when `unfinishedEnvelope` has been the same for some seconds.
    ///
    /// - Parameter handle: is given what was found in the bytes behind its start too.
    public mutating func abandonEnvelope(_ handle: (Event) -> Void) {
        framer.abandonEnvelope { judge.judge($0, handle) }
    }

    /// Ends the stream. A last telegram that lacks its end line is accepted unless a checksum is expected of the meter.
    ///
    /// - Parameter handle: is given the last events.
    public mutating func finish(_ handle: (Event) -> Void) {
        framer.finish { judge.judge($0, handle) }
    }

    /// The stream broke off and begins anew: the telegram that has begun is rejected. What is known of the meter remains.
    ///
    /// - Parameter handle: is given the last events.
    public mutating func breakOff(_ handle: (Event) -> Void) {
        framer.breakOff { judge.judge($0, handle) }
    }
}
