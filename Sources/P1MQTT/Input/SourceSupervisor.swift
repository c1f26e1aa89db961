import P1MQTTMeter

/// Decides when a source is opened, closed and tried again, and what is said about it: each trouble once, with cause
/// and remedy, another cause within the same outage once too, and once that it is over. Pure: events and times in,
/// actions out.
package struct SourceSupervisor {
    enum Event {
        case opened(String)
        case failed(SourceError)
        case ended
        case bytes(Int)
        case goodFrames(Int)
        /// The deadline may have passed.
        case time
    }

    enum Action: Equatable {
        case open
        case close
        case report(SourceReport)
    }

    /// Milliseconds.
    package struct Limits {
        /// Silence that is reported, unless three telegram intervals are longer.
        var silence: Int64 = 15_000
        /// The same behind the first telegrams of a source whose interval is not known yet.
        var silenceAtFirst: Int64 = 60_000
        /// Silence after which the source is opened anew, unless the one above is longer.
        var reopen: Int64 = 60_000
        /// Bytes without a good telegram, unless three telegram intervals are longer.
        var unreadable: Int64 = 30_000
        var firstDelay: Int64 = 1_000
        var longestDelay: Int64 = 30_000
        /// A source that held this long starts again with the first delay.
        var stable: Int64 = 30_000
    }

    private enum State {
        case waiting(until: Int64)
        case opening
        case listening(since: Int64)
        case over
    }

    /// Since when and why the source is of no use; lives until it is of use again.
    private struct Trouble {
        var since: Int64
        var reported: Set<Fault>
        var tries = 0
        /// Bytes alone do not end it.
        var needsTelegram = false
    }

    private enum Fault: Hashable {
        case broken(SourceError.Cause)
        case silent
        case unreadable
    }

    private let name: String
    private let traits: SourceTraits
    private let limits: Limits
    private var generator: SplitMix64

    private var state = State.waiting(until: .min)
    private var trouble: Trouble?
    private var delay: Int64
    private var lastByte: Int64 = 0
    private var unread: (since: Int64, bytes: Int)?
    private var cadence = Cadence()

    /// `seed` gives the jitter of the waits.
    init(name: String, traits: SourceTraits, seed: UInt64, limits: Limits = Limits()) {
        self.name = name
        self.traits = traits
        self.limits = limits
        generator = SplitMix64(seed: seed)
        delay = limits.firstDelay
    }

    /// Nothing will come any more.
    var isOver: Bool { if case .over = state { true } else { false } }

    /// Monotonic milliseconds at which `.time` is due.
    var deadline: Int64? {
        switch state {
        case .opening, .over: return nil
        case .waiting(let until): return until
        case .listening:
            return [silenceIsReportedAt, silenceReopensAt, unread.map { $0.since + unreadableLimit }]
                .lazy.compactMap(\.self).min()
        }
    }

    mutating func handle(_ event: Event, at now: Moment) -> [Action] {
        let now = now.monotonic
        switch event {
        case .opened(let what): return opened(what, at: now)
        case .failed(let error): return failed(error, at: now)
        case .ended: return ended()
        case .bytes(let count): return heard(count, at: now)
        case .goodFrames: return understood(at: now)
        case .time: return timePassed(at: now)
        }
    }
}

// MARK: - Opening and breaking off

extension SourceSupervisor {
    private mutating func opened(_ what: String, at now: Int64) -> [Action] {
        state = .listening(since: now)
        lastByte = now
        unread = nil
        // After a trouble the first bytes tell that it is over; an open port alone does not.
        return trouble == nil ? [report(.connected, what)] : []
    }

    private mutating func failed(_ error: SourceError, at now: Int64) -> [Action] {
        let retry = wait(at: now)
        cadence.interrupt()
        let isNews = note(.broken(error.cause), since: now)
        guard isNews else { return [.close] }
        return [.close, report(.failed, error.reason, remedy: error.remedy, retry: retry)]
    }

    private mutating func ended() -> [Action] {
        state = .over
        return [.close, report(.ended, "the end is reached")]
    }

    /// Waits before the next try, and doubles the wait after that unless the source had held for a while.
    /// Returns the milliseconds.
    private mutating func wait(at now: Int64) -> Int64 {
        if case .listening(let since) = state, lastByte > since, now - since >= limits.stable {
            delay = limits.firstDelay
        }
        // Up to a quarter less, so that a thousand meters behind one router do not come back at the same instant.
        let pause = delay - Int64(generator.next() % UInt64(max(1, delay / 4)))
        delay = min(delay * 2, limits.longestDelay)
        state = .waiting(until: now + pause)
        return pause
    }

    private mutating func note(_ fault: Fault, since: Int64) -> Bool {
        var trouble = self.trouble ?? Trouble(since: since, reported: [])
        let isNews = trouble.reported.insert(fault).inserted
        trouble.needsTelegram = trouble.needsTelegram || fault == .unreadable
        self.trouble = trouble
        return isNews
    }
}

// MARK: - Listening

extension SourceSupervisor {
    private mutating func heard(_ count: Int, at now: Int64) -> [Action] {
        lastByte = now
        unread = (unread?.since ?? now, (unread?.bytes ?? 0) + count)
        guard let trouble, !trouble.needsTelegram else { return [] }
        return recovered(from: trouble, at: now)
    }

    private mutating func understood(at now: Int64) -> [Action] {
        unread = nil
        cadence.telegram(at: now)
        guard let trouble else { return [] }
        return recovered(from: trouble, at: now)
    }

    private mutating func recovered(from trouble: Trouble, at now: Int64) -> [Action] {
        self.trouble = nil
        let tries = trouble.tries == 0 ? "" : trouble.tries == 1 ? " and 1 try" : " and \(trouble.tries) tries"
        let what = trouble.needsTelegram ? "good telegrams again" : "heard again"
        return [report(.recovered, "\(what) after \(durationText(now - trouble.since))\(tries)")]
    }

    private mutating func timePassed(at now: Int64) -> [Action] {
        switch state {
        case .opening, .over: return []
        case .waiting(let until):
            guard now >= until else { return [] }
            state = .opening
            trouble?.tries += 1
            return [.open]
        case .listening:
            return silence(at: now) + unreadable(at: now) + reopening(at: now)
        }
    }

    private mutating func silence(at now: Int64) -> [Action] {
        guard let due = silenceIsReportedAt, now >= due, let advice else { return [] }
        guard note(.silent, since: lastByte) else { return [] }
        return [report(.silent, "nothing is heard for \(durationText(now - lastByte))", remedy: advice)]
    }

    private mutating func reopening(at now: Int64) -> [Action] {
        guard let due = silenceReopensAt, now >= due else { return [] }
        // Nothing failed, and a meter that speaks once an hour must find it open.
        state = .waiting(until: now + limits.firstDelay)
        return [.close]
    }

    private mutating func unreadable(at now: Int64) -> [Action] {
        guard let unread, now >= unread.since + unreadableLimit else { return [] }
        self.unread = nil
        // A telegram that broke off before a silence is not a line that cannot be read.
        guard now - lastByte < silenceLimit, note(.unreadable, since: unread.since) else { return [] }
        let reason = "\(unread.bytes) bytes in \(durationText(now - unread.since)) and no good telegram among them"
        return [report(.unreadable, reason, remedy: traits.unreadableAdvice)]
    }
}

// MARK: - Limits and words

extension SourceSupervisor {
    private var silenceLimit: Int64 {
        // Who asks rarely hears rarely.
        let asked = 3 * (traits.interval ?? 0)
        guard let interval = cadence.interval else { return max(asked, cadence.hasBegun ? limits.silenceAtFirst : limits.silence) }
        return max(limits.silence, 3 * interval, asked)
    }

    private var unreadableLimit: Int64 { max(limits.unreadable, 3 * max(cadence.interval ?? 0, traits.interval ?? 0)) }

    private var silenceIsReportedAt: Int64? {
        guard advice != nil, trouble?.reported.contains(.silent) != true else { return nil }
        return lastByte + silenceLimit
    }

    private var silenceReopensAt: Int64? {
        guard case .reopened = traits.silence else { return nil }
        return lastByte + max(traits.reopensAfter ?? limits.reopen, silenceLimit)
    }

    private var advice: String? {
        switch traits.silence {
        case .ignored: nil
        case .reported(let advice), .reopened(let advice): advice
        }
    }

    private func report(
        _ kind: SourceReport.Kind, _ reason: String, remedy: String? = nil, retry: Int64? = nil
    ) -> Action {
        let seconds = retry.map { Int(($0 + 999) / 1000) }
        return .report(SourceReport(kind: kind, source: name, reason: reason, remedy: remedy, retry: seconds))
    }

    private func durationText(_ milliseconds: Int64) -> String {
        let seconds = milliseconds / 1000
        if seconds < 60 { return "\(seconds) s" }
        if seconds < 3600 { return "\(seconds / 60) min \(seconds % 60) s" }
        return "\(seconds / 3600) h \(seconds / 60 % 60) min"
    }
}
