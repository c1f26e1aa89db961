import Glibc
package import P1MQTTMeter
package import P1MQTTSystem

/// The input thread: waits for all sources at once, reads what is there, and hands it to the consumers. Sources come and go
/// while it runs; those that have nothing to do cost nothing.
package final class InputLoop {
    /// Bytes that are read at once; a large telegram fits.
    static let bufferSize = 16 * 1024
    /// `nil`: the place of one that was removed.
    private var feeds: [Feed?] = []
    private let wake: WakeDescriptor
    private let clock: () -> Moment
    private let onWake: (Moment) -> Void
    private let pause: () -> Int64?
    private let everyTurn: (Moment) -> Int64?

    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferSize, alignment: 16)
    /// The place of the wake descriptor, then those of the visitors, then one for each feed.
    private var readiness: ReadinessSet
    private let firstFeed: Int
    private let visitors: [WatchedDescriptor]
    /// When feeds are due without being ready.
    private var due = DueTimes()
    private var turnDeadline: Int64 = .min
    private var patientFeeds: [Int] = []
    /// Feeds that a wake may have given something to do.
    private var wokenFeeds: [Int] = []
    private var vacant: [Int] = []
    /// Milliseconds for which files and standard input are left alone; `nil`: they are not.
    private var holdBack: Int64?
    private var hasEnded: [Bool] = []
    private var live = 0
    private let isOpen: Bool

    /// - Parameters:
    ///   - feeds: those that are there from the start.
    ///   - wake: ends the wait; other threads pull it for what they have posted, and to stop the loop.
    ///   - isOpen: whether it goes on without a source, because one may be added.
    ///   - onWake: called when it was pulled, before the sources are asked what they have to do.
    ///   - pause: how many milliseconds files and standard input are left alone for now, because the broker is behind;
    ///     `.max`: until `wake` is pulled; `nil`: they are read.
    ///   - visitors: what is waited for beside the sources.
    ///   - everyTurn: called after each turn; returns the monotonic milliseconds at which it wants to be called again.
    package init(
        feeds: [Feed], wake: WakeDescriptor, clock: @escaping () -> Moment = Moment.now, isOpen: Bool = false,
        onWake: @escaping (Moment) -> Void = { _ in }, pause: @escaping () -> Int64? = { nil },
        visitors: [WatchedDescriptor] = [], everyTurn: @escaping (Moment) -> Int64? = { _ in nil }
    ) {
        self.wake = wake
        self.clock = clock
        self.isOpen = isOpen
        self.onWake = onWake
        self.pause = pause
        self.visitors = visitors
        self.everyTurn = everyTurn
        firstFeed = 1 + visitors.count
        guard let readiness = ReadinessSet(places: firstFeed) else {
            preconditionFailure("epoll_create1 failed with errno \(errno): the process has no descriptor left")
        }
        self.readiness = readiness
        self.readiness.watch(PollInterest(descriptor: wake.raw, events: Int16(POLLIN)), at: 0)
        for feed in feeds { add(feed) }
    }

    deinit {
        buffer.deallocate()
    }

    // MARK: - Feeds

    /// Serves one more, from the next turn on, or in this one where it is added on a wake.
    package func add(_ feed: Feed) {
        let place = vacant.popLast() ?? feeds.count
        if place == feeds.count {
            feeds.append(feed)
            hasEnded.append(false)
            due.add()
            readiness.add()
        } else {
            (feeds[place], hasEnded[place]) = (feed, false)
        }
        feed.place = place
        live += 1
        if feed.source.traits.mayWait { patientFeeds.append(place) }
        if feed.source.traits.isWoken { wokenFeeds.append(place) }
        due.note(.min, of: place)
    }

    /// Serves one no longer, and closes it. Not to be called while a feed is served.
    package func remove(_ feed: Feed) {
        guard let place = feed.place, feeds[place] === feed else { return }
        feed.close()
        if !hasEnded[place] { live -= 1 }
        (feeds[place], feed.place) = (nil, nil)
        due.clear(place)
        readiness.watch(nil, at: firstFeed + place)
        patientFeeds.removeAll { $0 == place }
        wokenFeeds.removeAll { $0 == place }
        vacant.append(place)
    }

    /// Asks one what it has to do, after something was given to it that no descriptor shows.
    package func refresh(_ feed: Feed) {
        if let place = feed.place { refresh(place) }
    }

    // MARK: - The run

    /// Runs until `stopped` says so (asked after each wake) or every source has ended for good. Closes all of them, unless
    /// they are to go on in another loop.
    /// - Parameter closing: whether a feed is to be closed; asked at the end.
    package func run(until stopped: () -> Bool, closing: (Feed) -> Bool = { _ in true }) {
        var now = clock()
        while !stopped(), live > 0 || isOpen {
            holdBackPatientFeeds()
            watchVisitors()
            let ready = readiness.wait(timeout(from: now))
            now = clock()
            for (place, events) in ready { serve(place, events, at: now) }
            serveDueFeeds(at: now)
            turnDeadline = everyTurn(now) ?? .max
        }
        for case let feed? in feeds where closing(feed) { feed.close() }
    }

    /// Milliseconds until something is due; -1: nothing is.
    private func timeout(from now: Moment) -> CInt {
        var next = min(turnDeadline, due.next)
        if let holdBack, holdBack < .max { next = min(next, now.monotonic + holdBack) }
        if next == .max { return -1 }
        // A day at most: the limit of the system call is a 32-bit number.
        return next <= now.monotonic ? 0 : CInt(min(next - now.monotonic, 86_400_000))
    }

    private func serve(_ place: Int, _ events: Int16, at now: Moment) {
        if place >= firstFeed {
            feeds[place - firstFeed]?.ready(events, at: now, buffer: buffer)
            return refresh(place - firstFeed)
        }
        if place > 0 { return visitors[place - 1].ready(now) }
        wake.drain()
        onWake(now)
        // Whoever woke us may have given any of them something to do.
        for place in wokenFeeds { refresh(place) }
    }

    private func serveDueFeeds(at now: Moment) {
        for place in due.take(until: now.monotonic) {
            feeds[place]?.timePassed(at: now, buffer: buffer)
            refresh(place)
        }
    }

    private func refresh(_ place: Int) {
        guard let feed = feeds[place] else { return }
        if feed.isOver, !hasEnded[place] {
            hasEnded[place] = true
            live -= 1
        }
        due.note(feed.deadline, of: place)
        readiness.watch(feed.interest, at: firstFeed + place)
    }

    private func watchVisitors() {
        for (index, visitor) in visitors.enumerated() {
            let interest = visitor.descriptor().map { PollInterest(descriptor: $0, events: Int16(POLLIN)) }
            readiness.watch(interest, at: 1 + index)
        }
    }

    private func holdBackPatientFeeds() {
        guard !patientFeeds.isEmpty else { return }
        holdBack = pause()
        for place in patientFeeds {
            readiness.watch(holdBack == nil ? feeds[place]?.interest : nil, at: firstFeed + place)
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
