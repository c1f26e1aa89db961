import Testing
@testable import P1MQTT
@testable import P1MQTTInput
@testable import P1MQTTSystem

@Suite("Telegrams from the broker") struct PushSourceTests {
    private let source = PushSource(name: "mqtt topic attic/raw", wake: WakeDescriptor())

    private func taken() -> [Int] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16, alignment: 1)
        defer { buffer.deallocate() }
        var sizes: [Int] = []
        _ = source.service(0, at: .at(0), buffer: buffer) { sizes.append($0.count) }
        return sizes
    }

    @Test("hands on what was pushed, in order, as soon as the loop asks") func order() {
        #expect(source.deadline == nil)
        for size in 1...3 { source.push(Array(repeating: 0x41, count: size)) }
        source.push([])
        #expect(source.deadline == .min)
        #expect(taken() == [1, 2, 3])
        #expect(source.deadline == nil && source.dropped == 0)
    }

    @Test("a flood costs a bounded memory: the oldest goes first, and is counted") func flood() {
        for _ in 0..<10_000 { source.push(Array(repeating: 0x41, count: 1000)) }
        let sizes = taken()
        #expect(sizes.count == PushSource.limit / 1000)
        #expect(source.dropped == 10_000 - sizes.count)
    }

    @Test("what is larger than all of the memory is dropped alone") func large() {
        source.push([1, 2, 3])
        source.push(Array(repeating: 0x41, count: PushSource.limit + 1))
        #expect(source.dropped == 1)
        #expect(taken() == [3])
    }
}
