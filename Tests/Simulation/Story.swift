import TestSupport

/// What happens in a home over a time: a meter that sends, and all that befalls it, the program and the broker.
/// Everything follows from it, so a story is all that is needed to see a fault again.
struct Story: Sendable, CustomStringConvertible {
    /// Something that befalls one of them, beginning with a telegram.
    struct Turn: Sendable, CustomStringConvertible {
        var at: Int
        var kind: Kind
        /// Telegrams that it lasts, where it ends.
        var telegrams = 1

        var description: String { "    telegram \(at): \(kind)" + (kind.lasts ? ", for \(telegrams) telegrams" : "") }
        var end: Int { at + (kind.lasts ? telegrams : 1) }
    }

    enum Kind: Sendable, Equatable {
        /// The broker is gone. It ends after so many of the next messages; a forgetful one comes back without what it kept.
        case brokerIsGone(afterMessages: Int, isForgetful: Bool)
        /// The program is killed, or stopped, and started again after these telegrams.
        case programIsKilled
        case programIsStopped
        /// Nothing comes from the meter, and the source says so.
        case silence
        /// A register shows zero, or so many units more than it should.
        case zero(String)
        case spike(String, by: Int64)
        /// A line is not in the telegram, under a right checksum.
        case missing(String)
        /// A bit is wrong.
        case damage
        /// Telegrams of another meter.
        case stranger
        case meterSwap
        case gasSwap
        case gasIsGone
        case clockJump(seconds: Int64)
        case message(String)
        /// Somebody else writes on the topic of a state.
        case foreignState(String, isOnline: Bool)
        case homeAssistantStarts

        var lasts: Bool {
            switch self {
            case .meterSwap, .gasSwap, .clockJump, .foreignState, .homeAssistantStarts: false
            default: true
            }
        }
    }

    var seed: UInt64
    var profile = "nl-dsmr50"
    /// Seconds since 1970 UTC of telegram 0.
    var start: Int64 = 1_783_065_600
    /// Seconds between telegrams, and between readings of gas.
    var interval: Int64 = 10
    var gasInterval: Int64 = 300
    var telegrams = 400
    /// Whether somebody lives there, with sun on the roof.
    var hasHousehold = false
    var sendsOnlyChanges = false
    var keepsHistory = true
    var turns: [Turn] = []

    var description: String {
        """
        seed \(seed): \(profile), \(telegrams) telegrams every \(interval) s from \(start), gas every \(gasInterval) s\
        \(hasHousehold ? ", a household" : "")\(sendsOnlyChanges ? ", only changes" : "")\(keepsHistory ? ", history" : "")
        \(turns.map(\.description).joined(separator: "\n"))
        """
    }

    /// Telegrams after the last turn until all is as if nothing had happened: a set of values changes after ten minutes
    /// without one, a reading of gas is believed with the next but one.
    var calm: Int { Int(max(720, 3 * gasInterval) / interval) + 8 }
}

extension Story {
    /// Nights in which clocks change, the end of a year and of a month, and a day like any other; Central Europe, UTC.
    private static let starts: [Int64] = [
        1_774_738_800, 1_792_882_800, 1_798_754_400, 1_777_582_800, 1_783_065_600,
    ]

    /// - Parameters:
    ///   - seed: chooses the story.
    ///   - telegrams: how many.
    init(seed: UInt64, telegrams: Int = 400) {
        self.seed = seed
        self.telegrams = telegrams
        var random = SeededGenerator(seed: seed)
        func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
        profile = ["nl-dsmr50", "be-emucs", "nl-dsmr42"][number(0...2)]
        interval = [10, 10, 60, 600][number(0...3)]
        gasInterval = interval == 10 ? 300 : 3600
        start = Story.starts[number(0...Story.starts.count - 1)] + Int64(number(0...3)) * 3600 - Int64(telegrams / 3) * interval
        start -= start % interval
        hasHousehold = number(0...3) == 0
        sendsOnlyChanges = number(0...3) == 0
        keepsHistory = number(0...2) > 0
        let count = max(2, number(telegrams / 60...telegrams / 25))
        for _ in 0..<count {
            let turn = Turn(at: number(3...telegrams - 1), kind: Story.kind(&random, interval), telegrams: number(1...6) * number(1...6))
            // What happens to the meter happens once at a time: which of two was to blame would be anybody's guess.
            if turn.end < telegrams - calm { turns.append(turn) }
        }
        turns.sort { $0.at < $1.at }
    }

    private static let registers = ["1-0:1.8.1", "1-0:1.8.2", "1-0:2.8.1"]
    private static let lines = ["1-0:1.8.1", "1-0:2.8.2", "1-0:1.7.0", "1-0:2.7.0", "1-0:21.7.0", "1-0:22.7.0", "0-0:96.14.0"]

    private static func kind(_ random: inout SeededGenerator, _ interval: Int64) -> Kind {
        func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
        switch number(0...18) {
        case 0, 1: return .brokerIsGone(afterMessages: number(0...70), isForgetful: number(0...3) == 0)
        case 2, 3: return .programIsKilled
        case 4: return .programIsStopped
        case 5: return .silence
        case 6: return .zero(registers[number(0...2)])
        case 7: return .spike(registers[number(0...2)], by: Int64(number(200...5000)))
        case 8, 9: return .missing(lines[number(0...lines.count - 1)])
        case 10: return .damage
        case 11: return .stranger
        case 12: return .meterSwap
        case 13: return .gasSwap
        case 14: return .gasIsGone
        case 15: return .clockJump(seconds: [-7200, -90, 40, 5000][number(0...3)])
        case 16: return .message(["Storing", "Hallo, 1 2 3"][number(0...1)])
        case 17:
            return .foreignState(
                ["p1/availability", "p1/bridge/state", "p1/mbus/1/availability"][number(0...2)], isOnline: number(0...1) == 0)
        default: return .homeAssistantStarts
        }
    }
}
