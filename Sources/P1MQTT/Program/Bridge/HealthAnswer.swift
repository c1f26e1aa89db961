import P1MQTTBroker
import P1MQTTInput
import P1MQTTMeter
import P1MQTTSystem

/// How the program fares, as `p1mqtt health` prints it: a line for the threads, which alone decide, one for the broker and
/// one for each meter.
///
/// An absent broker or meter is no reason to start the program anew: what waits for the broker would be lost.
struct HealthReport: Sendable {
    /// The sign of life of the broker thread. The input thread gives one by answering.
    var broker: Pulse
    /// That of the broker and the telegrams, for people.
    var status: String
    /// Name and availability; `nil`: nothing was heard yet.
    var meters: [(name: String, isOnline: Bool?)]

    /// Lines of meters at most; of more only the numbers are said.
    private static let maximumMeters = 20
    private static let healthy = "healthy"

    func text(at now: Moment) -> String {
        let verdict =
            broker.isAlive(at: now)
            ? "\(Self.healthy): both threads live" : "not healthy: the broker thread \(broker.hasBegun ? "is stuck" : "has not begun")"
        let named = meters.map { "\($0.name): \($0.isOnline.map { $0 ? "online" : "offline" } ?? "nothing heard yet")" }
        let online = meters.count { $0.isOnline == true }
        let counted = ["\(online) of \(meters.count) meters online"]
        return ([verdict, status] + (meters.count > Self.maximumMeters ? counted : named)).joined(separator: "\n")
    }

    static func isHealthy(_ text: String) -> Bool { text.hasPrefix(healthy) }
}

/// The running program's side of `p1mqtt health`, on the input thread: an abstract Unix socket under a name that follows
/// from topic prefix and client id, so that the same configuration finds it.
final class HealthAnswer {
    /// Milliseconds between two tries to have the name, which another program may have that is about to end, and for which
    /// nobody is let in when the system refuses.
    private static let pause: Int64 = 5000

    let name: String
    private var lock: MachineLock?
    private var pausedUntil: Int64 = .min

    init(name: String) {
        self.name = name
    }

    static func name(prefix: String, clientId: String) -> String { "health/\(prefix)/\(clientId)" }

    /// What to wait for.
    /// - Parameter report: asked once for each visitor.
    func visitors(_ report: @escaping (Moment) -> String) -> WatchedDescriptor {
        WatchedDescriptor {
            self.pausedUntil == .min ? self.lock?.raw : nil
        } ready: { now in
            if self.lock?.answer({ report(now) }) == false { self.pausedUntil = now.monotonic + Self.pause }
        }
    }

    /// Takes the name where it can be had; returns the monotonic milliseconds of the next try.
    func turn(at now: Moment) -> Int64 {
        if pausedUntil > now.monotonic { return pausedUntil }
        pausedUntil = .min
        guard lock == nil else { return .max }
        // Without it only `p1mqtt health` has no answer, which says so itself.
        lock = try? MachineLock(name)
        if lock == nil { pausedUntil = now.monotonic + Self.pause }
        return lock == nil ? pausedUntil : .max
    }
}
