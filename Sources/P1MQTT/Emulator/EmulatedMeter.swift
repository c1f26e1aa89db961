package import P1MQTTInput

/// One emulated meter: the telegrams of a profile, or those of a capture again and again.
package struct EmulatedMeter: Sendable {
    private enum Content {
        case scenario(MeterScenario)
        case replay(ReplayCapture, next: Int)
    }

    /// Milliseconds between two telegrams.
    package let interval: Int64
    /// Encrypts the telegrams of a profile; those of a capture stay as they are.
    private let cipher: MeterCipher?
    private var content: Content
    private var schedule: FaultSchedule
    /// The number of the present telegram, from 0; -1 before the first.
    private var number: Int64 = -1

    /// - Parameters:
    ///   - settings: what to emulate.
    ///   - seed: makes ids and noise; two meters need two seeds.
    ///   - now: milliseconds since 1970 UTC, for settings without a start time.
    ///   - cipher: encrypts its telegrams; `nil` for a meter that sends them in clear.
    package init(_ settings: EmulatorSettings, seed: UInt64, now: Int64, cipher: MeterCipher? = nil) {
        interval = settings.interval
        schedule = FaultSchedule(settings.faults, every: settings.interval)
        self.cipher = cipher
        content = settings.replay.map { .replay($0, next: 0) } ?? .scenario(MeterScenario(settings, seed: seed, now: now))
    }

    /// The bytes of the next telegram, as they arrive; none at all while the line is silent.
    package mutating func next() -> [UInt8] {
        step()
        let telegram =
            switch content {
            case .scenario(let scenario): sealed(scenario.settings.profile.telegram(scenario), scenario)
            case .replay(let capture, let index): capture.telegrams[index]
            }
        return schedule.active(number).reduce(telegram) { $1.distorting($0, number: number) }
    }

    private func sealed(_ telegram: [UInt8], _ scenario: MeterScenario) -> [UInt8] {
        cipher?.seal(telegram, systemTitle: scenario.systemTitle, counter: scenario.frameCounter) ?? telegram
    }

    /// Lets a telegram pass that nobody hears: the registers grow all the same.
    mutating func skip() {
        step()
    }

    private mutating func step() {
        number += 1
        let begun = schedule.begin(number)
        switch content {
        case .scenario(var scenario):
            let active = schedule.active(number)
            if number == 0 { scenario.take(begun, active: active) } else { scenario.advance(begun, active: active) }
            content = .scenario(scenario)
        case .replay(let capture, let index):
            content = .replay(capture, next: number == 0 ? index : (index + 1) % capture.telegrams.count)
        }
    }
}
