import Testing

@Suite("Simulation of a home") struct SimulationTests {
    @Test("what is published of each story is true, complete and in order", arguments: 1...6 as ClosedRange<UInt64>)
    func seeds(_ seed: UInt64) {
        if let (shortest, fault) = Simulation.shortest(Story(seed: seed)) { Issue.record("\(fault)\n\(shortest)") }
    }
}
