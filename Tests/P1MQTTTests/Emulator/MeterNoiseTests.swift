import Testing
@testable import P1MQTTEmulator

@Suite("Noise of the emulated meter") struct MeterNoiseTests {
    private let noise = MeterNoise(seed: 3)

    @Test("a wave goes evenly from one number to the next, whatever time it was made for") func wave() {
        let whole = noise.wave(.clouds, over: 0...5000, every: 100, in: 0...1000)
        let part = noise.wave(.clouds, over: 1230...1500, every: 100, in: 0...1000)
        var values: Set<Int64> = []
        for time in 1230...1500 as ClosedRange<Int64> {
            #expect(part.value(at: time) == whole.value(at: time))
            values.insert(part.value(at: time))
        }
        #expect(values.count > 100)
        let (first, last) = (noise.number(.clouds, 13, in: 0...1000), noise.number(.clouds, 14, in: 0...1000))
        #expect(part.value(at: 1300) == first && part.value(at: 1400) == last)
        #expect(part.value(at: 1325) == first + (last - first) * 25 / 100)
    }

    @Test("a sequence is the same each time, and as likely as it is asked to be") func sequence() {
        var one = noise.sequence(.day, 5)
        var same = noise.sequence(.day, 5)
        var other = noise.sequence(.day, 6)
        let numbers = (0..<100).map { _ in one.number(in: 10...20) }
        #expect(numbers == (0..<100).map { _ in same.number(in: 10...20) })
        #expect(numbers != (0..<100).map { _ in other.number(in: 10...20) })
        #expect(Set(numbers) == Set(10...20))
        #expect((250...350).contains((0..<1000).count { _ in one.chance(30) }))
    }
}
