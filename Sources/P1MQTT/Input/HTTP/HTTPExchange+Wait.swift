import Glibc
import P1MQTTMeter
package import P1MQTTSystem

/// For a command that has nothing to do but wait.
extension HTTPExchange {
    /// Makes one request and waits for its outcome; `nil` when `stop` was pulled.
    /// - Parameter wake: that of its resolver.
    package func outcome(wake: WakeDescriptor, stop: WakeDescriptor) -> Outcome? {
        begin(at: .now())
        while !stop.isAwake {
            let now = Moment.now()
            if let outcome = turn(at: now) { return outcome }
            let due = deadline.map { $0 - min($0, now.monotonic) } ?? -1
            stop.rest(milliseconds: due, orUntil: [descriptor, wake.raw])
            wake.drain()
        }
        return nil
    }
}

extension WakeDescriptor {
    /// Waits until it is pulled, which it stays, until one of the others is readable, or until the time is over (-1: never).
    package func rest(milliseconds: Int64, orUntil others: [CInt] = []) {
        var waits = ([raw] + others).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        poll(&waits, nfds_t(waits.count), CInt(clamping: milliseconds))
    }
}
