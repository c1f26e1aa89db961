import Glibc
package import P1MQTTMeter
package import P1MQTTSystem

/// The input thread: waits for all sources at once, reads what is there, and hands it to the consumers.
/// Sources that have nothing to do cost one comparison a turn each.
package final class InputLoop {
    /// Bytes that are read at once; a large telegram fits.
    static let bufferSize = 16 * 1024
    private let feeds: [Feed]
    private let wake: WakeDescriptor
    private let clock: () -> Moment
    private let onWake: (Moment) -> Void
    private let pause: () -> Int64?
    private let everyTurn: (Moment) -> Int64?

    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferSize, alignment: 16)
    /// One place for each feed, then that of the wake descriptor and those of visitors.
    private var readiness: ReadinessSet
    private let wakePlace: Int
    private let visitors: [WatchedDescriptor]
    /// For each feed, when it is due without being ready.
    private var deadlines: [Int64]
    private var turnDeadline: Int64 = .min
    private let patientFeeds: [Int]
    /// Milliseconds for which files and standard input are left alone; `nil`: they are not.
    private var holdBack: Int64?
    private var hasEnded: [Bool]
    private var live: Int

    /// - Parameters:
    ///   - wake: ends the wait; other threads pull it for what they have posted, and to stop the loop.
    ///   - onWake: called when it was pulled, before the sources are asked what they have to do.
    ///   - pause: how many milliseconds files and standard input are left alone for now, because the broker is behind;
    ///     `.max`: until `wake` is pulled; `nil`: they are read.
    ///   - visitors: what is waited for beside the sources.
    ///   - everyTurn: called after each turn; returns the monotonic milliseconds at which it wants to be called again.
    package init(
        feeds: [Feed], wake: WakeDescriptor, clock: @escaping () -> Moment = Moment.now,
        onWake: @escaping (Moment) -> Void = { _ in }, pause: @escaping () -> Int64? = { nil },
        visitors: [WatchedDescriptor] = [], everyTurn: @escaping (Moment) -> Int64? = { _ in nil }
    ) {
        self.feeds = feeds
        self.wake = wake
        self.clock = clock
        self.onWake = onWake
        self.pause = pause
        self.visitors = visitors
        self.everyTurn = everyTurn
        wakePlace = feeds.count
        guard let readiness = ReadinessSet(places: feeds.count + 1 + visitors.count) else {
            preconditionFailure("epoll_create1 failed with errno \(errno): the process has no descriptor left")
        }
        self.readiness = readiness
        self.readiness.watch(PollInterest(descriptor: wake.raw, events: Int16(POLLIN)), at: wakePlace)
        deadlines = Array(repeating: .min, count: feeds.count)
        patientFeeds = feeds.indices.filter { feeds[$0].source.traits.mayWait }
        hasEnded = Array(repeating: false, count: feeds.count)
        live = feeds.count
    }

    deinit {
        buffer.deallocate()
    }

    /// Runs until `stopped` says so (asked after each wake) or every source has ended for good. Closes all of them, unless
    /// they are to go on in another loop.
    /// - Parameter closing: whether the source of this number is to be closed; asked at the end.
    package func run(until stopped: () -> Bool, closing: (Int) -> Bool = { _ in true }) {
        var now = clock()
        while !stopped(), live > 0 {
            holdBackPatientFeeds()
            watchVisitors()
            let ready = readiness.wait(timeout(from: now))
            now = clock()
            for (place, events) in ready { serve(place, events, at: now) }
            serveDueFeeds(at: now)
            turnDeadline = everyTurn(now) ?? .max
        }
        for index in feeds.indices where closing(index) { feeds[index].close() }
    }

    /// Milliseconds until something is due; -1: nothing is.
    private func timeout(from now: Moment) -> CInt {
        var next = min(turnDeadline, deadlines.min() ?? .max)
        if let holdBack, holdBack < .max { next = min(next, now.monotonic + holdBack) }
        if next == .max { return -1 }
        // A day at most: the limit of the system call is a 32-bit number.
        return next <= now.monotonic ? 0 : CInt(min(next - now.monotonic, 86_400_000))
    }

    private func serve(_ place: Int, _ events: Int16, at now: Moment) {
        if place > wakePlace { return visitors[place - wakePlace - 1].ready(now) }
        guard place == wakePlace else {
            feeds[place].ready(events, at: now, buffer: buffer)
            return refresh(place)
        }
        wake.drain()
        onWake(now)
        // Whoever woke us may have given any of them something to do.
        for index in feeds.indices { refresh(index) }
    }

    private func serveDueFeeds(at now: Moment) {
        for index in deadlines.indices where deadlines[index] <= now.monotonic {
            feeds[index].timePassed(at: now, buffer: buffer)
            refresh(index)
        }
    }

    private func refresh(_ index: Int) {
        let feed = feeds[index]
        if feed.isOver, !hasEnded[index] {
            hasEnded[index] = true
            live -= 1
        }
        deadlines[index] = feed.deadline
        readiness.watch(feed.interest, at: index)
    }

    private func watchVisitors() {
        for (index, visitor) in visitors.enumerated() {
            let interest = visitor.descriptor().map { PollInterest(descriptor: $0, events: Int16(POLLIN)) }
            readiness.watch(interest, at: wakePlace + 1 + index)
        }
    }

    private func holdBackPatientFeeds() {
        guard !patientFeeds.isEmpty else { return }
        holdBack = pause()
        for index in patientFeeds {
            readiness.watch(holdBack == nil ? feeds[index].interest : nil, at: index)
        }
    }
}

/// A descriptor that the input thread waits for beside those of the sources. Who has several puts them into an `epoll` of
/// its own, whose descriptor is readable when one of them is ready.
package struct WatchedDescriptor {
    /// `nil`: nothing for now. Asked on each turn.
    let descriptor: () -> CInt?
    /// Called when it is readable.
    let ready: (Moment) -> Void

    package init(descriptor: @escaping () -> CInt?, ready: @escaping (Moment) -> Void) {
        self.descriptor = descriptor
        self.ready = ready
    }
}
