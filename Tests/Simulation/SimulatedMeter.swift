@testable import P1MQTTEmulator

/// A home and its meter, with what a story does to them: the emulator's telegrams, as text that is changed on its way.
struct SimulatedMeter {
    private var scenario: MeterScenario
    private let profile: EmulatorProfile
    private var isFirst = true

    init(_ story: Story) {
        profile = EmulatorProfile.named(story.profile)
        var settings = EmulatorSettings(profile: profile)
        settings.interval = story.interval * 1000
        settings.gasInterval = story.gasInterval * 1000
        settings.electricityOffset = 1_234_567_000
        settings.electricityIncrement = story.interval * 1000
        settings.gasOffset = 700_000_000
        settings.startTime = story.start
        if story.hasHousehold { settings.household = HouseholdSettings(solar: 4_000_000) }
        scenario = MeterScenario(settings, seed: story.seed % 1000, now: 0)
    }

    /// The next telegram. Time passes and registers count, whether it arrives or not.
    /// - Parameters:
    ///   - begun: what begins with it.
    ///   - active: what concerns it.
    mutating func next(begun: [Story.Kind], active: [Story.Kind]) -> SentTelegram {
        let changes = begun.compactMap { kind -> EmulatorFault? in
            switch kind {
            case .meterSwap: EmulatorFault(kind: .meterSwap(registers: 5_000_000), at: 0)
            case .gasSwap: EmulatorFault(kind: .gasMeterSwap(reading: 3_000_000), at: 0)
            case .clockJump(let seconds): EmulatorFault(kind: .clockJump(seconds: seconds), at: 0)
            default: nil
            }
        }
        if isFirst { scenario.take(changes, active: []) } else { scenario.advance(changes) }
        isFirst = false
        var lines = String(decoding: profile.telegram(scenario), as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
            .map(String.init)
        for kind in active { Self.apply(kind, to: &lines) }
        var bytes = Self.withChecksum(lines)
        if active.contains(.damage) { bytes[bytes.count / 2] ^= 0x04 }
        return SentTelegram(bytes: bytes, lines: lines, isDamaged: active.contains(.damage))
    }

    private static func apply(_ kind: Story.Kind, to lines: inout [String]) {
        switch kind {
        case .zero(let code): change(code, in: &lines) { _ in 0 }
        case .spike(let code, let units): change(code, in: &lines) { $0 + units * 1000 }
        case .missing(let code): lines.removeAll { $0.hasPrefix(code + "(") }
        case .gasIsGone: lines.removeAll { $0.hasPrefix("0-1:") }
        case .stranger: replace("0-0:96.1.1", with: "(454D5545303030303039393939393939)", in: &lines)
        case .message(let text): replace("0-0:96.13.0", with: "(" + hex(text) + ")", in: &lines)
        default: break
        }
    }

    /// A register of nine digits, in thousandths.
    private static func change(_ code: String, in lines: inout [String], _ change: (Int64) -> Int64) {
        guard let index = lines.firstIndex(where: { $0.hasPrefix(code + "(") }),
            let value = Int64(lines[index].dropFirst(code.count + 1).prefix { $0 != "*" }.filter { $0 != "." })
        else { return }
        let digits = String(change(value))
        let padded = String(repeating: "0", count: max(0, 9 - digits.count)) + digits
        lines[index] = "\(code)(\(padded.dropLast(3)).\(padded.suffix(3))*kWh)"
    }

    private static func replace(_ code: String, with groups: String, in lines: inout [String]) {
        if let index = lines.firstIndex(where: { $0.hasPrefix(code + "(") }) { lines[index] = code + groups }
    }

    private static func hex(_ text: String) -> String {
        text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
    }

    /// The bytes up to `!`, and behind it their CRC-16 as the papers define it, bit by bit.
    private static func withChecksum(_ lines: [String]) -> [UInt8] {
        let end = lines.lastIndex { $0.hasPrefix("!") } ?? lines.count
        let bytes = Array((lines[..<end].joined(separator: "\r\n") + "\r\n!").utf8)
        var crc: UInt16 = 0
        for byte in bytes {
            crc ^= UInt16(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xA001 : crc >> 1 }
        }
        let digits = String(crc, radix: 16, uppercase: true)
        return bytes + Array((String(repeating: "0", count: 4 - digits.count) + digits + "\r\n").utf8)
    }
}

extension EmulatorProfile {
    fileprivate static func named(_ name: String) -> EmulatorProfile { all.first { $0.name == name } ?? nlDSMR50 }
}
