import Testing
@testable import P1MQTT
@testable import P1MQTTInput
@testable import P1MQTTSystem

@Suite("Telegrams from the broker") struct PushSourceTests {
    private let source = PushSource(name: "mqtt topic attic/raw")

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
        #expect(source.deadline == nil && taken().isEmpty)
    }
}
