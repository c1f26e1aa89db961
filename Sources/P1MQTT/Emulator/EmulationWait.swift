import Glibc
import P1MQTTMeter
import P1MQTTSystem

/// The wait that every output of the emulator has: for its descriptors, a deadline, and the request to stop.
struct EmulationWait {
    /// The request to stop, then those of the output.
    private(set) var polled: [pollfd]

    init(stop: WakeDescriptor) {
        polled = [pollfd(fd: stop.raw, events: Int16(POLLIN), revents: 0)]
    }

    /// What to wait for besides the request to stop. An entry with the descriptor -1 is passed over.
    mutating func watch(_ descriptors: some Sequence<(descriptor: CInt, events: Int32)>) {
        polled.removeSubrange(1...)
        for (descriptor, events) in descriptors {
            polled.append(pollfd(fd: descriptor, events: Int16(events), revents: 0))
        }
    }

    /// Waits until a descriptor is ready or the deadline (monotonic milliseconds) has passed; false on a request to stop.
    mutating func wait(until deadline: Int64?) -> Bool {
        var timeout: CInt = -1
        if let deadline { timeout = CInt(min(max(0, deadline - Moment.now().monotonic), 86_400_000)) }
        // -1: interrupted by a signal, and nothing is ready.
        if poll(&polled, nfds_t(polled.count), timeout) < 0 {
            for index in polled.indices { polled[index].revents = 0 }
        }
        return polled[0].revents == 0
    }

    /// The events of the watched descriptor `index`, from 0.
    func events(_ index: Int) -> Int32 { Int32(polled[index + 1].revents) }
}
