import P1Parser

/// One register of one meter and what the guard thinks of it: its last accepted value and, while a value is held
/// back, the one that waits to be confirmed.
struct GuardedRegister: Sendable {
    /// What confirms a held value.
    enum Confirmation: Sendable {
        /// Three further telegrams: an electricity meter measures anew for each.
        case telegrams
        /// A further reading with a newer time: an M-Bus meter is read once an hour or so, and its last reading is
        /// repeated in each telegram until then.
        case newerReading
    }

    enum Verdict: Sendable, Equatable {
        case accepted
        /// `isNews` for the first value held after an accepted one.
        case held(RegisterHold.Reason, isNews: Bool)
    }

    /// Further telegrams that a held value of the electricity meter needs.
    static let telegramsNeeded = 3

    private(set) var accepted: RegisterSample
    private var candidate: Candidate?

    private struct Candidate: Sendable {
        var sample: RegisterSample
        /// Further telegrams that agreed with it.
        var confirmations = 0
    }

    /// The first value of a meter, which is taken whatever it is.
    init(first sample: RegisterSample) {
        accepted = sample
    }

    /// Takes the next value. It confirms the held one when the register can have gone from there to here: the same, or
    /// grown by no more than the limit allows.
    mutating func judge(_ sample: RegisterSample, _ limit: RegisterLimit, _ confirmation: Confirmation) -> Verdict {
        guard let fault = limit.fault(from: accepted, to: sample) else { return accept(sample) }
        let isNews = candidate == nil
        guard let held = candidate, limit.fault(from: held.sample, to: sample) == nil else {
            candidate = Candidate(sample: sample)
            return .held(fault, isNews: isNews)
        }
        switch confirmation {
        case .telegrams:
            if held.confirmations + 1 >= Self.telegramsNeeded { return accept(sample) }
            candidate = Candidate(sample: sample, confirmations: held.confirmations + 1)
        case .newerReading:
            if sample.time > held.sample.time { return accept(sample) }
            // An older time than before: the held one was not the time of a reading, and nothing newer may ever come.
            if sample.time < held.sample.time { candidate = Candidate(sample: sample) }
        }
        return .held(fault, isNews: false)
    }

    private mutating func accept(_ sample: RegisterSample) -> Verdict {
        accepted = sample
        candidate = nil
        return .accepted
    }
}
