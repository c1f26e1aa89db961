import CMosquitto

import Glibc

/// Lets another thread end a `poll`: an eventfd that is readable from `wake()` until `drain()`.
final class WakeDescriptor: Sendable {
    private let descriptor: OwnedDescriptor

    init() {
        let raw = p1_eventfd()
        precondition(raw >= 0, "eventfd failed with errno \(errno): the process has no descriptor left at its start")
        descriptor = OwnedDescriptor(adopting: raw)
    }

    /// What to poll for `POLLIN`.
    var raw: CInt { descriptor.raw }

    func wake() {
        var one: UInt64 = 1
        // The counter can only be full when it is already readable, so a failed write loses nothing.
        _ = write(descriptor.raw, &one, 8)
    }

    func drain() {
        var count: UInt64 = 0
        _ = read(descriptor.raw, &count, 8)
    }
}
