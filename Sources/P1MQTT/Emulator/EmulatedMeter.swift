/// One emulated meter: the telegrams of a profile, or those of a capture again and again.
struct EmulatedMeter: Sendable {
    private enum Content {
        case scenario(MeterScenario)
        case replay(ReplayCapture, next: Int)
    }

    private var content: Content
    private var hasBegun = false

    /// A meter of a profile.
    init(_ scenario: MeterScenario) {
        content = .scenario(scenario)
    }

    /// A meter that repeats a capture.
    init(replaying capture: ReplayCapture) {
        content = .replay(capture, next: 0)
    }

    /// The bytes of the next telegram.
    mutating func next() -> [UInt8] {
        step()
        switch content {
        case .scenario(let scenario): return scenario.plan.profile.telegram(scenario)
        case .replay(let capture, let index): return capture.telegrams[index]
        }
    }

    /// Lets a telegram pass that nobody hears: the registers grow all the same.
    mutating func skip() {
        step()
    }

    private mutating func step() {
        defer { hasBegun = true }
        guard hasBegun else { return }
        switch content {
        case .scenario(var scenario):
            scenario.advance()
            content = .scenario(scenario)
        case .replay(let capture, let index):
            content = .replay(capture, next: (index + 1) % capture.telegrams.count)
        }
    }
}
