import CLinux
import Glibc
import P1MQTTSystem

/// The descriptors that the input thread waits for: `epoll`, whose cost does not grow with the number of sources.
/// (With 1,000 connections and a telegram a second on each, `poll` took 330 ms of CPU a second on the test machine.)
struct ReadinessSet: ~Copyable {
    private static let capacity = 64

    private let descriptor: OwnedDescriptor
    private var watched: [PollInterest?]
    /// Places of regular files, which are always ready and which `epoll` does not take.
    private var alwaysReady: Set<Int> = []
    private var ready = [p1_ready](repeating: p1_ready(), count: capacity)

    /// Readable while one of the places is ready: a set can be watched within another one.
    var raw: CInt { descriptor.raw }

    /// A set with so many places, all of them empty; `nil`, with the reason in `errno`, when the process has no descriptor left.
    init?(places: Int) {
        descriptor = OwnedDescriptor(adopting: p1_epoll_create())
        if descriptor.raw < 0 { return nil }
        watched = Array(repeating: nil, count: places)
    }

    /// Makes room for one more place, the last one.
    mutating func add() { watched.append(nil) }

    /// Watches what is wanted at a place, in place of what was watched there. Costs nothing when that is the same.
    mutating func watch(_ interest: PollInterest?, at place: Int) {
        guard watched[place] != interest else { return }
        if let old = watched[place] {
            // A descriptor that was closed meanwhile has left the set by itself.
            _ = p1_epoll_remove(descriptor.raw, old.descriptor)
            alwaysReady.remove(place)
        }
        watched[place] = interest
        guard let interest else { return }
        let events = UInt32(truncatingIfNeeded: interest.events)
        let code = p1_epoll_add(descriptor.raw, interest.descriptor, events, UInt32(place)) == 0 ? 0 : errno
        // A kernel without memory for one more leaves it unheard; the supervisor opens it anew after a while.
        if code == EPERM { alwaysReady.insert(place) }
    }

    /// Waits for at most `timeout` milliseconds (-1: without end) and names the places that are ready, with their
    /// `poll` events. A signal ends the wait early.
    mutating func wait(_ timeout: CInt) -> [(place: Int, events: Int16)] {
        let count = p1_epoll_wait(descriptor.raw, &ready, CInt(Self.capacity), alwaysReady.isEmpty ? timeout : 0)
        var places = ready.prefix(max(0, Int(count))).map {
            (place: Int($0.place), events: Int16(truncatingIfNeeded: $0.events))
        }
        for place in alwaysReady { places.append((place, Int16(POLLIN))) }
        return places
    }
}
