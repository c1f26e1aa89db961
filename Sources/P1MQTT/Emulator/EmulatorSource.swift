package import P1MQTTInput
package import P1MQTTMeter
import P1MQTTSystem
import P1Parser

/// The emulated meter as a source of bytes: no hardware, no descriptor, a telegram each time its interval is over.
///
/// What it emulates goes on when the source is closed and opened again: a meter does not start anew because somebody
/// pulled its cable, and registers that fell back would look like a fault.
package final class EmulatorSource: ByteSource {
    package let name: String
    package let traits: SourceTraits

    private let settings: EmulatorSettings
    private let seed: UInt64
    private let cipher: MeterCipher?
    private var meter: EmulatedMeter?
    private var pace: TelegramPace?
    /// What `service` has not delivered yet of a telegram that is longer than its buffer.
    private var rest: ArraySlice<UInt8> = []

    /// - Parameters:
    ///   - settings: what to emulate.
    ///   - meterName: the name of the meter in the configuration. Without a seed in the settings it makes the ids, so
    ///     that they differ between meters and stay the same at each start.
    ///   - cipher: encrypts its telegrams, as the keys of the meter say; `nil` for a meter that sends them in clear.
    package init(_ settings: EmulatorSettings, meterName: String?, cipher: MeterCipher? = nil) {
        self.settings = settings
        self.cipher = cipher
        seed = settings.seed ?? EmulatorSource.seed(of: meterName)
        let isSilent = settings.faults.contains { $0.kind == .silent }
        traits = SourceTraits(
            // Only a script makes it silent, and then as a meter is.
            silence: isSilent ? .reported(advice: "The emulator's faults say so.") : .ignored,
            unreadableAdvice: "The capture that is replayed holds no good telegram: check it with `p1mqtt decode`.",
            mayCarryParity: false)
        name = settings.replay.map { "emulator replaying \($0.path)" } ?? "emulator \(settings.profile.name)"
    }

    package var deadline: Int64? { rest.isEmpty ? pace?.deadline : .min }

    package func open(at now: Moment) -> OpenState {
        let emulated = meter ?? EmulatedMeter(settings, seed: seed, now: now.utc, cipher: cipher)
        meter = emulated
        pace = TelegramPace(every: emulated.interval, from: now.monotonic)
        let interval =
            emulated.interval % 1000 == 0
            ? FixedDecimal(mantissa: emulated.interval / 1000) : FixedDecimal(mantissa: emulated.interval, scale: 3)
        return .opened("a telegram every \(interval) s")
    }

    package func service(
        _ ready: Int16, at now: Moment, buffer: UnsafeMutableRawBufferPointer,
        deliver: (UnsafeRawBufferPointer) -> Void
    ) -> SourceEvent? {
        if rest.isEmpty {
            guard let pace, pace.deadline <= now.monotonic, let telegram = meter?.next() else { return nil }
            rest = telegram[...]
            self.pace?.advance(at: now.monotonic)
            if rest.isEmpty { return nil }
        }
        let count = min(rest.count, buffer.count)
        buffer.copyBytes(from: rest.prefix(count))
        rest = rest.dropFirst(count)
        deliver(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        return nil
    }

    package func close() {
        pace = nil
        rest = []
    }

    /// 0 without a name.
    private static func seed(of name: String?) -> UInt64 { name.map { UInt64(hashing: $0) } ?? 0 }
}
