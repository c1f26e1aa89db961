import TestSupport
import Testing
@testable import P1MQTTInput

@Suite("When things are due") struct DueTimesTests {
    @Test("as if all were looked at, in any order of changes") func model() {
        var random = SeededGenerator(seed: 7)
        var due = DueTimes()
        let count = 50
        var truth = Array(repeating: Int64.max, count: count)
        for _ in 0..<count { due.add() }
        var now: Int64 = 0
        for _ in 0..<20_000 {
            let place = Int.random(in: 0..<count, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                truth[place] = .max
                due.clear(place)
            case 1...7:
                truth[place] = now + Int64.random(in: 0..<100, using: &random)
                due.note(truth[place], of: place)
            default: now += Int64.random(in: 0..<30, using: &random)
            }
            #expect(due.next <= truth.min() ?? .max, "never too late")
            // Who is asked and not due yet says when.
            let asked = due.take(until: now)
            #expect(Set(truth.indices.filter { truth[$0] <= now }).isSubset(of: asked))
            #expect(Set(asked).count == asked.count)
            for place in asked {
                if truth[place] <= now { truth[place] = .max }
                due.note(truth[place], of: place)
            }
        }
    }

    @Test("what is later each time is noted once") func later() {
        var due = DueTimes()
        due.add()
        for time in 100..<100_000 { due.note(Int64(time), of: 0) }
        #expect(due.next == 100)
        #expect(due.take(until: 100) == [0])
        #expect(due.next == .max && due.take(until: .max - 1) == [])
    }
}
