import P1MQTTMeter
import P1MQTTSystem

/// The notices for the service manager, and when they are due: sd_notify(3) as a pure value.
///
/// `READY=1` when both threads run: from then on nothing stands between a telegram and the broker but the broker itself,
/// whose absence is a fault to live with, not a failed start. `WATCHDOG=1` only while the broker thread keeps its
/// promises; the input thread sends it, so that it needs no proof of its own. `STATUS` when it has changed.
struct SystemdNotices: Sendable {
    /// Milliseconds within which systemd wants a sign of life; `nil`: it does not watch.
    private let watchdog: Int64?
    /// Milliseconds between two looks at the status, and two tries to become ready.
    private static let look: Int64 = 5000
    private static let readyLook: Int64 = 5

    private var isReady = false
    private var nextPing: Int64 = .min
    private var nextStatus: Int64 = .min
    private var lastStatus = ""

    /// - Parameter watchdog: milliseconds within which systemd wants a sign of life.
    init(watchdog: Int64?) {
        self.watchdog = watchdog
    }

    /// What is due now, as one datagram.
    /// - Parameters:
    ///   - broker: the sign of life of the broker thread.
    ///   - status: a line for people; asked only when it is due.
    mutating func turn(at now: Moment, broker: Pulse, status: () -> String) -> String? {
        var lines: [String] = []
        if !isReady {
            guard broker.hasBegun else {
                nextStatus = now.monotonic + Self.readyLook
                return nil
            }
            isReady = true
            lines.append("READY=1")
            nextStatus = now.monotonic
        }
        if now.monotonic >= nextStatus {
            nextStatus = now.monotonic + Self.look
            let status = status().sanitised
            if status != lastStatus { lines.append("STATUS=" + status) }
            lastStatus = status
        }
        if let watchdog, now.monotonic >= nextPing {
            // Three in each period, so that one may be lost.
            nextPing = now.monotonic + watchdog / 3
            if broker.isAlive(at: now) { lines.append("WATCHDOG=1") }
        }
        return lines.isEmpty ? nil : lines.joined(separator: "\n")
    }

    /// Monotonic milliseconds of the next turn.
    var deadline: Int64 { isReady && watchdog != nil ? min(nextPing, nextStatus) : nextStatus }

    static let stopping = "STOPPING=1\nSTATUS=Saying goodbye to the broker"

    /// The milliseconds of `WATCHDOG_USEC`, if it is meant for this process (sd_watchdog_enabled(3)).
    static func watchdog(in environment: [String: String], process: Int32) -> Int64? {
        if let owner = environment["WATCHDOG_PID"], owner != String(process) { return nil }
        guard let period = environment["WATCHDOG_USEC"].flatMap({ Int64($0) }), period >= 3000 else { return nil }
        return period / 1000
    }
}
