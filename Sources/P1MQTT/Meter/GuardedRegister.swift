import P1Parser

/// One register of one meter and what the guard thinks of it: its last accepted value and, while a value is held
/// back, the one that waits to be confirmed.
///
/// A held value is confirmed by those that follow it, not by the limit that it went beyond: a register that truly runs
/// faster than the limit, or went back for good, goes on evenly from there; a glitch does not.
struct GuardedRegister: Sendable {
    /// What confirms a held value.
    enum Confirmation: Sendable {
        /// Three further telegrams: an electricity meter measures anew for each.
        case telegrams
        /// A further reading with a newer time: an M-Bus meter is read once an hour or so, and its last reading is
        /// repeated in each telegram until then.
        case newerReading
        /// Another value, three telegrams later at the earliest, or the same for a day: of an M-Bus meter that sends no
        /// time nobody can tell a reading that is repeated from a new one that is the same.
        case otherValue
    }

    enum Verdict: Sendable, Equatable {
        case accepted
        /// `isNews` for the first value held after an accepted one.
        case held(RegisterHold.Reason, isNews: Bool)
    }

    /// Further telegrams that a held value of the electricity meter needs.
    static let telegramsNeeded = 3
    /// Seconds after which a value that stays the same is believed.
    static let patience: Int64 = 86400

    private(set) var accepted: RegisterSample
    /// How fast the register may run whatever the limit: twice as fast as it was seen to.
    private var ownRate: RegisterRate?
    private var candidate: Candidate?

    /// Values that are held and go on from one another.
    private struct Candidate: Sendable {
        /// The last of them.
        var sample: RegisterSample
        /// How fast the register ran in the step to it; in the last step that was one, if it stands still.
        var rate: RegisterRate?
        /// The highest rate beyond the limit among them, without the step to the first.
        var highest: RegisterRate?
        /// Telegrams after the first.
        var confirmations = 0
        /// When the first came.
        var since: Int64
        var hasChanged = false

        /// The first value that is held, or one that does not go on from `previous`.
        init(_ sample: RegisterSample, after previous: RegisterSample, else accepted: RegisterSample) {
            self.sample = sample
            rate = RegisterRate(from: previous, to: sample) ?? RegisterRate(from: accepted, to: sample)
            since = sample.time
        }

        /// Takes a value that goes on from it, `isFast` for one that lies beyond the limit.
        mutating func add(_ next: RegisterSample, isFast: Bool) {
            if let step = RegisterRate(from: sample, to: next) {
                rate = step
                if isFast { highest = max(step, highest ?? step) }
            }
            if next.value != sample.value { hasChanged = true }
            sample = next
            confirmations += 1
        }
    }

    /// The first value of a meter, which is taken whatever it is.
    init(first sample: RegisterSample) {
        accepted = sample
    }

    /// Takes the next value. It confirms the held one when the register can have gone from there to here: the same, or
    /// grown by no more than the limit allows, or at most twice as fast as in the step before.
    mutating func judge(_ sample: RegisterSample, _ limit: RegisterLimit, _ confirmation: Confirmation) -> Verdict {
        guard let fault = limit.fault(from: accepted, to: sample, rate: ownRate) else {
            // A reading is as old as its first telegram.
            return accept(confirmation == .otherValue && sample.isRepetition(of: accepted) ? accepted : sample)
        }
        guard var held = candidate else {
            candidate = Candidate(sample, after: accepted, else: accepted)
            return .held(fault, isNews: true)
        }
        let step = limit.fault(from: held.sample, to: sample)
        let isFast = step == .tooLarge && limit.goesOn(from: held.sample, to: sample, after: held.rate)
        guard step == nil || isFast else {
            candidate = Candidate(sample, after: held.sample, else: accepted)
            return .held(fault, isNews: false)
        }
        switch confirmation {
        case .telegrams:
            held.add(sample, isFast: isFast)
            if held.confirmations >= Self.telegramsNeeded { return confirm(held) }
        case .newerReading:
            if sample.time > held.sample.time {
                held.add(sample, isFast: isFast)
                return confirm(held)
            }
            // An older time than before: the held one was not the time of a reading, and nothing newer may ever come.
            if sample.time < held.sample.time { held = Candidate(sample, after: held.sample, else: accepted) }
        case .otherValue:
            held.add(sample.isRepetition(of: held.sample) ? held.sample : sample, isFast: isFast)
            if held.hasChanged && held.confirmations >= Self.telegramsNeeded || sample.time - held.since >= Self.patience {
                return confirm(held)
            }
        }
        candidate = held
        return .held(fault, isNews: false)
    }

    private mutating func accept(_ sample: RegisterSample) -> Verdict {
        accepted = sample
        candidate = nil
        return .accepted
    }

    /// Believes what was held. A register that was seen to run faster than the limit is not held again for that.
    private mutating func confirm(_ held: Candidate) -> Verdict {
        if let highest = held.highest { ownRate = max(highest.doubled, ownRate ?? highest) }
        return accept(held.sample)
    }
}
