import Glibc
package import P1MQTTMeter

/// Where bytes come from: a serial port, a socket, a file, the broker, the emulator. Driven by `InputLoop` on its
/// thread only, and never allowed to block there.
package protocol ByteSource: AnyObject {
    /// For logs and reports: "serial port /dev/ttyUSB0", "tcp 192.168.1.5:23". Never changes.
    var name: String { get }
    /// How the loop and the supervisor treat this kind of source. Never changes.
    var traits: SourceTraits { get }
    /// What to poll at the moment; `nil` while there is nothing to poll.
    var interest: PollInterest? { get }
    /// Monotonic milliseconds at which `service` is called even though nothing is ready; `nil`: never.
    /// The loop asks anew after each call into the source and after each wake.
    var deadline: Int64? { get }
    /// What the source found out about its line, for `bridge/info`: "115200 baud, locked after 2 telegrams".
    var evidence: String? { get }

    /// Starts to open and never blocks. A source that was not closed before is not opened again.
    func open(at now: Moment) throws(SourceError) -> OpenState

    /// Reads what is there into `buffer` and hands it to `deliver`, at most one `buffer` full for each call.
    /// `ready` are the events of `poll`, 0 when only the deadline has passed.
    func service(
        _ ready: Int16, at now: Moment, buffer: UnsafeMutableRawBufferPointer,
        deliver: (UnsafeRawBufferPointer) -> Void
    ) -> SourceEvent?

    /// The consumer found so many good frames in what was just delivered; also called from within `deliver`.
    func heardGoodFrames(_ count: Int, at now: Moment)

    /// Closes and forgets everything of this opening. Harmless when nothing is open.
    func close()
}

extension ByteSource {
    package var interest: PollInterest? { nil }
    package var deadline: Int64? { nil }
    package var evidence: String? { nil }
    package func heardGoodFrames(_ count: Int, at now: Moment) {}
}

/// A descriptor and the `poll` events that matter to it.
package struct PollInterest: Equatable {
    var descriptor: CInt
    var events: Int16
    /// Tells descriptors apart that were given the same number one after the other without the loop in between.
    var generation = 0
}

package enum OpenState: Equatable {
    /// Bytes may come. The text says what was opened, for the log.
    case opened(String)
    /// `service` will report `.opened` or `.failed`.
    case pending
}

/// What a source has to tell besides its bytes.
package enum SourceEvent: Equatable {
    case opened(String)
    /// The end of a file: nothing comes any more, and opening it again would repeat it.
    case ended
    case failed(SourceError)
    /// The line was set anew (another speed): what was learned about the bytes no longer holds.
    case restarted
}

/// What distinguishes the kinds of sources for the loop and for the supervisor.
package struct SourceTraits: Equatable, Sendable {
    package enum Silence: Equatable, Sendable {
        /// Silence is nobody's fault.
        case ignored
        /// Reported once, with this advice.
        case reported(advice: String)
        /// Reported once, with this advice, and the source is opened anew.
        case reopened(advice: String)
    }

    package var silence: Silence
    /// What to check when bytes come that make no telegram.
    package var unreadableAdvice: String
    /// Whether it is read at a limited pace: whoever is at the other end may send without end.
    var isPaced = false
    /// May be left alone while the outbox is behind, because its bytes wait for us.
    var mayWait = false
    /// Whether a wake of the loop may have given it something to do, as a look-up that is done.
    var isWoken = true
    /// Whether bit 7 may hold a parity bit that nobody has stripped yet.
    package var mayCarryParity = true
    /// Milliseconds of silence behind which it is opened anew, where that differs from other sources.
    var reopensAfter: Int64?
    /// Milliseconds from one request for a telegram to the next, of a source that asks for them.
    var interval: Int64?

    package init(
        silence: Silence, unreadableAdvice: String, isPaced: Bool = false, mayWait: Bool = false, isWoken: Bool = true,
        mayCarryParity: Bool = true, reopensAfter: Int64? = nil
    ) {
        self.silence = silence
        self.unreadableAdvice = unreadableAdvice
        self.isPaced = isPaced
        self.mayWait = mayWait
        self.isWoken = isWoken
        self.mayCarryParity = mayCarryParity
        self.reopensAfter = reopensAfter
    }
}

extension SourceTraits {
    package static func serial(mayCarryParity: Bool) -> SourceTraits {
        SourceTraits(
            silence: .reopened(
                advice: "Check that the cable sits in the P1 port of the meter and is a P1 cable (it raises the data "
                    + "request line), that the grid operator has activated the port, and that this is the right port "
                    + "(`p1mqtt ports`)."),
            unreadableAdvice:
                "Check baudRate and parity (\"auto\" finds both), that no other program or reader listens "
                + "on the same cable, and the cable itself. An encrypted meter needs its decryptionKey.",
            mayCarryParity: mayCarryParity)
    }

    package static let tcp = SourceTraits(
        silence: .reopened(
            advice: "Check that this is the port for the raw P1 data, that no other client takes it, and that the "
                + "reader at the other end hears its meter (cable, P1 port activated by the grid operator)."),
        unreadableAdvice: "Check that this is the port for the raw P1 data (not a log or a web page), the serial "
            + "settings of the reader at the other end, and that it has no second client. "
            + "An encrypted meter needs its decryptionKey.",
        isPaced: true)

    static let pushed = SourceTraits(
        silence: .reported(
            advice: "Check that the other device is running, publishes whole telegrams to this topic, and that this "
                + "client may subscribe to it."),
        unreadableAdvice: "Check that the other device publishes whole telegrams as they come from the meter. "
            + "An encrypted meter needs its decryptionKey.",
        isWoken: false)

    package static let file = SourceTraits(
        silence: .ignored,
        unreadableAdvice: "Check that the file is a capture of a P1 port. An encrypted meter needs its decryptionKey.",
        mayWait: true)
}
