import Foundation
import P1MQTTMeter
import Testing

/// What is published of each story is true, complete and in order: see `Judge`.
///
/// `SIMULATION_MINUTES` makes it go on with further seeds, from `SIMULATION_SEED` on, for so long: Tests/Simulation/run.
@Suite("Simulation of a home") struct SimulationTests {
    private static let environment = ProcessInfo.processInfo.environment

    @Test("a few stories", arguments: 1...4 as ClosedRange<UInt64>) func few(_ seed: UInt64) {
        expectNoFault(Story(seed: seed, telegrams: 200))
    }

    /// A judge that sees nothing would find every story well.
    @Test(
        "what is changed or lost on its way is noticed",
        arguments: ["p1/json", "p1/electricity/received/tariff1", "p1/electricity/received/actual", "p1/gas/reading"])
    func spoiled(_ topic: String) {
        var story = Story(seed: 1, telegrams: 400)
        // Nothing happens that could excuse it.
        story.turns = []
        let other = SimulatedBroker { message in
            var message = message
            if message.topic == topic, let digit = message.payload.lastIndex(where: { 0x30...0x39 ~= $0 }) {
                message.payload[digit] ^= 1
            }
            return message
        }
        #expect(Simulation.fault(of: story, broker: other) != nil, "a digit")
        let lossy = SimulatedBroker { $0.topic == topic ? nil : $0 }
        #expect(Simulation.fault(of: story, broker: lossy) != nil, "a loss")
    }

    @Test("as many stories as the time allows", .enabled(if: environment["SIMULATION_MINUTES"] != nil)) func many() {
        let number = { Self.environment[$0].flatMap(UInt64.init) }
        let end = Date(timeIntervalSinceNow: Double(number("SIMULATION_MINUTES") ?? 1) * 60)
        let telegrams = Int(number("SIMULATION_TELEGRAMS") ?? 400)
        let first = number("SIMULATION_SEED") ?? 1
        var seed = first
        while expectNoFault(Story(seed: seed, telegrams: telegrams)), Date() < end { seed += 1 }
        print("Simulation: \(seed - first + 1) stories of \(telegrams) telegrams, seeds \(first) to \(seed)")
    }

    @discardableResult
    private func expectNoFault(_ story: Story) -> Bool {
        guard let (shortest, fault) = Simulation.shortest(story) else { return true }
        Issue.record("\(fault)\n\(shortest)")
        return false
    }
}
