import Glibc
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTMeter
@testable import P1MQTTSystem

@Suite("Publish packets") struct PublishPacketsTests {
    private func message(_ topic: String, _ payload: [UInt8], retain: Bool = true) -> Message {
        Message(topic: topic, payload: payload, qos: 0, retain: retain, kind: .value)
    }

    /// Packets of these messages, and whether all of them were taken.
    private func collect(_ messages: [Message]) -> (packets: PublishPackets, areTaken: Bool) {
        var packets = PublishPackets()
        let taken = messages.filter { packets.append($0) }
        return (packets, taken.count == messages.count)
    }

    /// Two connected sockets: what is written to `near` can be read from `far`.
    private struct SocketPair: ~Copyable {
        let near: OwnedDescriptor
        let far: OwnedDescriptor

        init() {
            var pair: [CInt] = [-1, -1]
            let code = socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0, &pair)
            precondition(code == 0, "socketpair failed with errno \(errno)")
            near = OwnedDescriptor(adopting: pair[0])
            far = OwnedDescriptor(adopting: pair[1])
        }

        func readAll() -> [UInt8] {
            var all: [UInt8] = []
            var part = [UInt8](repeating: 0, count: 65536)
            while case let count = read(far.raw, &part, part.count), count > 0 { all += part[..<count] }
            return all
        }
    }

    @Test("the bytes of the standard, retained and not")
    func bytes() {
        #expect(PublishPackets().isEmpty)
        let (packets, areTaken) = collect([message("p1/a", [0x31, 0x32]), message("b", [], retain: false)])
        #expect(areTaken)
        #expect(packets.bytes == [0x31, 8, 0, 4, 0x70, 0x31, 0x2F, 0x61, 0x31, 0x32, 0x30, 3, 0, 1, 0x62])
    }

    @Test(
        "lengths take as many bytes as they need",
        arguments: [(124, [0x7F]), (125, [0x80, 0x01]), (16_380, [0xFF, 0x7F]), (16_381, [0x80, 0x80, 0x01])] as [(Int, [UInt8])])
    func lengths(payload: Int, length: [UInt8]) {
        let (packets, _) = collect([message("t", Array(repeating: 0x20, count: payload))])
        #expect(Array(packets.bytes.prefix(1 + length.count)) == [0x31] + length)
        #expect(packets.bytes.count == 1 + length.count + 3 + payload)
    }

    @Test(
        "a topic that a broker might refuse is left to the library",
        arguments: ["", "p1/+", "p1/#", "p1/\u{0}", "p1/\u{7F}", "p1/ü", String(repeating: "a", count: 65536)])
    func badTopic(topic: String) {
        let (packets, areTaken) = collect([message(topic, [0x31])])
        #expect(!areTaken)
        #expect(packets.isEmpty)
    }

    @Test("what the socket does not take stays, and follows when there is room")
    func partialWrite() {
        let pair = SocketPair()
        var (packets, _) = collect([message("t", Array(repeating: 0x2A, count: 4_000_000))])
        let sent = packets.bytes
        var codes = [packets.write(to: pair.near.raw)]
        #expect(!packets.isEmpty, "the payload is larger than any socket buffer")
        var received = pair.readAll()
        while !packets.isEmpty, codes.last == 0 {
            codes.append(packets.write(to: pair.near.raw))
            received += pair.readAll()
        }
        #expect(codes.allSatisfy { $0 == 0 })
        #expect(received == sent)
    }

    @Test("starts anew after a write")
    func reuse() {
        let pair = SocketPair()
        var packets = PublishPackets()
        for byte in [0x31, 0x32] as [UInt8] {
            let isTaken = packets.append(message("t", [byte]))
            let code = packets.write(to: pair.near.raw)
            #expect(isTaken && code == 0 && packets.isEmpty)
            #expect(pair.readAll() == [0x31, 4, 0, 1, 0x74, byte])
        }
    }

    @Test("a closed socket is an error, not the end of the program")
    func closed() {
        let pair = SocketPair()
        shutdown(pair.near.raw, CInt(SHUT_RDWR))
        var (packets, _) = collect([message("t", [0x31])])
        let code = packets.write(to: pair.near.raw)
        #expect(code == EPIPE)
    }
}
