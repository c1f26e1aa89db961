#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// The input thread: waits for all sources at once, reads what is there, and hands it to the consumers.
/// A turn costs a look at one flat array of deadlines and one of descriptors, whatever the number of sources.
final class InputLoop {
    /// Bytes that are read at once; a large telegram fits.
    static let bufferSize = 16 * 1024
    /// Milliseconds after which a source that was left alone is looked at again.
    private static let recheck: Int64 = 20

    private let feeds: [Feed]
    private let wake: WakeDescriptor
    private let clock: () -> Moment
    private let isBehind: () -> Bool
    private let everyTurn: (Moment) -> Int64?

    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferSize, alignment: 16)
    /// The wake descriptor, then one place for each feed; -1 where there is nothing to poll.
    private var polled: [pollfd]
    /// For each feed, so that one which is not concerned costs one comparison.
    private var deadlines: [Int64]
    private var turnDeadline: Int64 = .min
    private let patientFeeds: [Int]
    private var isHoldingBack = false
    private var hasEnded: [Bool]
    private var live: Int

    /// - Parameters:
    ///   - wake: ends the wait; other threads pull it after `push`, for their messages, and to stop the loop.
    ///   - isBehind: whether the outbox is full, so that files and standard input are left alone for now.
    ///   - everyTurn: called after each turn; returns the monotonic milliseconds at which it wants to be called again.
    init(
        feeds: [Feed], wake: WakeDescriptor, clock: @escaping () -> Moment = Moment.now,
        isBehind: @escaping () -> Bool = { false }, everyTurn: @escaping (Moment) -> Int64? = { _ in nil }
    ) {
        self.feeds = feeds
        self.wake = wake
        self.clock = clock
        self.isBehind = isBehind
        self.everyTurn = everyTurn
        polled = Array(repeating: pollfd(fd: -1, events: 0, revents: 0), count: feeds.count + 1)
        polled[0] = pollfd(fd: wake.raw, events: Int16(POLLIN), revents: 0)
        deadlines = Array(repeating: .min, count: feeds.count)
        patientFeeds = feeds.indices.filter { feeds[$0].source.traits.mayWait }
        hasEnded = Array(repeating: false, count: feeds.count)
        live = feeds.count
    }

    deinit {
        buffer.deallocate()
    }

    /// Runs until `stopped` says so (asked after each wake) or every source has ended for good. Closes all of them.
    func run(until stopped: () -> Bool) {
        var now = clock()
        while !stopped(), live > 0 {
            holdBackPatientFeeds()
            let ready = wait(from: now)
            now = clock()
            if ready > 0 { serveReadyFeeds(at: now) }
            serveDueFeeds(at: now)
            turnDeadline = everyTurn(now) ?? .max
        }
        for feed in feeds { feed.close() }
    }

    private func wait(from now: Moment) -> CInt {
        var next = min(turnDeadline, deadlines.min() ?? .max)
        if isHoldingBack { next = min(next, now.monotonic + Self.recheck) }
        // A day at most: the limit of `poll` is a 32-bit number.
        let timeout: CInt =
            next == .max ? -1 : next <= now.monotonic ? 0 : CInt(min(next - now.monotonic, 86_400_000))
        // Interrupted by a signal: the same as nothing ready.
        return poll(&polled, nfds_t(polled.count), timeout)
    }

    private func serveReadyFeeds(at now: Moment) {
        let isWoken = polled[0].revents != 0
        if isWoken { wake.drain() }
        for index in feeds.indices {
            let events = polled[index + 1].revents
            if events != 0 {
                feeds[index].ready(events, at: now, buffer: buffer)
                refresh(index)
            } else if isWoken {
                // Whoever woke us may have given this one something to do.
                refresh(index)
            }
        }
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
        let interest = feed.source.interest
        polled[index + 1] = pollfd(fd: interest?.descriptor ?? -1, events: interest?.events ?? 0, revents: 0)
    }

    private func holdBackPatientFeeds() {
        guard !patientFeeds.isEmpty else { return }
        isHoldingBack = isBehind()
        for index in patientFeeds {
            let interest = feeds[index].source.interest
            polled[index + 1].fd = isHoldingBack ? -1 : interest?.descriptor ?? -1
        }
    }
}
