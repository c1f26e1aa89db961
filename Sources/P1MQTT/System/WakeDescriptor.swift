import CLinux

import Glibc

/// Lets another thread end a `poll`: an eventfd that is readable from `wake()` until `drain()`.
package final class WakeDescriptor: Sendable {
    private let descriptor: OwnedDescriptor

    package init() {
        let raw = p1_eventfd()
        precondition(raw >= 0, "eventfd failed with errno \(errno): the process has no descriptor left at its start")
        descriptor = OwnedDescriptor(adopting: raw)
    }

    /// What to poll for `POLLIN`.
    package var raw: CInt { descriptor.raw }

    package func wake() {
        var one: UInt64 = 1
        // The counter can only be full when it is already readable, so a failed write loses nothing.
        _ = write(descriptor.raw, &one, 8)
    }

    /// Whether somebody has called `wake()` since `drain()`.
    package var isAwake: Bool {
        var waits = pollfd(fd: raw, events: Int16(POLLIN), revents: 0)
        return poll(&waits, 1, 0) > 0
    }

    package func drain() {
        var count: UInt64 = 0
        _ = read(descriptor.raw, &count, 8)
    }
}
