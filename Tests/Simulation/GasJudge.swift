/// Which meter on the M-Bus has to be published: the first that is seen, another one after three telegrams in a row.
struct GasJudge {
    private(set) var knownId: String?
    private var isNew = true
    private var other: (id: String, count: Int)?
    /// When its newest reading was taken, and how far the one before lay back.
    private var reading: Int64?

    /// - Parameter knownId: of the document that an earlier run published; without one, what the first telegram has counts.
    init(knownId: String? = nil) {
        self.knownId = knownId
        isNew = knownId == nil
    }

    /// Returns whether its values are published.
    mutating func takes(_ telegram: SentTelegram) -> Bool {
        guard let id = telegram.gasId else { return false }
        if id != knownId {
            other = (id, (other?.id == id ? other?.count ?? 0 : 0) + 1)
            guard isNew || other?.count ?? 0 >= 3 else { return false }
            reading = nil
        }
        (knownId, other, isNew) = (id, nil, false)
        let time = telegram.gasTime
        reading = max(time, reading ?? time)
        return true
    }

    /// What its availability has to say; `nil` where the day is hardly over.
    func state(at time: Int64) -> String? {
        guard let reading else { return nil }
        let age = time - reading
        if age <= 86_000 { return "online" }
        return age > 86_400 + 6 * 7200 ? "offline" : nil
    }
}

extension SentTelegram {
    /// When the gas meter was read: seconds of the same clock as `time`.
    var gasTime: Int64 { gasSeconds ?? time }
}
