import Testing

@testable import P1MQTT

#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

@Suite("Publish packets") struct PublishPacketsTests {
    private func message(_ topic: String, _ payload: [UInt8], retain: Bool = true) -> Message {
        Message(topic: topic, payload: payload, qos: 0, retain: retain, kind: .value)
    }

    /// Two connected sockets: what is written to `near` can be read from `far`.
    private struct SocketPair: ~Copyable {
        let near: OwnedDescriptor
        let far: OwnedDescriptor

        init() {
            var pair: [CInt] = [-1, -1]
            #expect(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0, &pair) == 0)
            (near, far) = (OwnedDescriptor(adopting: pair[0]), OwnedDescriptor(adopting: pair[1]))
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
        var packets = PublishPackets()
        #expect(packets.isEmpty)
        #expect(packets.append(message("p1/a", [0x31, 0x32])))
        #expect(packets.append(message("b", [], retain: false)))
        #expect(packets.bytes == [0x31, 8, 0, 4, 0x70, 0x31, 0x2F, 0x61, 0x31, 0x32, 0x30, 3, 0, 1, 0x62])
    }

    @Test(
        "lengths take as many bytes as they need",
        arguments: [(124, [0x7F]), (125, [0x80, 0x01]), (16_380, [0xFF, 0x7F]), (16_381, [0x80, 0x80, 0x01])] as [(Int, [UInt8])])
    func lengths(payload: Int, length: [UInt8]) {
        var packets = PublishPackets()
        #expect(packets.append(message("t", Array(repeating: 0x20, count: payload))))
        #expect(packets.bytes.prefix(1 + length.count) == [0x31] + length)
        #expect(packets.bytes.count == 1 + length.count + 3 + payload)
    }

    @Test(
        "a topic that a broker might refuse is left to the library",
        arguments: ["", "p1/+", "p1/#", "p1/\u{0}", "p1/\u{7F}", "p1/ü", String(repeating: "a", count: 65536)])
    func badTopic(topic: String) {
        var packets = PublishPackets()
        #expect(!packets.append(message(topic, [0x31])))
        #expect(packets.isEmpty)
    }

    @Test("what the socket does not take stays, and follows when there is room")
    func partialWrite() {
        let pair = SocketPair()
        var packets = PublishPackets()
        let payload = [UInt8](repeating: 0x2A, count: 4_000_000)
        #expect(packets.append(message("t", payload)))
        let sent = packets.bytes
        #expect(packets.write(to: pair.near.raw) == 0)
        #expect(!packets.isEmpty, "the payload is larger than any socket buffer")
        var received = pair.readAll()
        while !packets.isEmpty {
            #expect(packets.write(to: pair.near.raw) == 0)
            received += pair.readAll()
        }
        #expect(received == sent)
        #expect(packets.append(message("t", [0x31])))
        #expect(packets.write(to: pair.near.raw) == 0)
        #expect(pair.readAll() == [0x31, 4, 0, 1, 0x74, 0x31])
    }

    @Test("a closed socket is an error, not the end of the program")
    func closed() {
        let pair = SocketPair()
        shutdown(pair.near.raw, CInt(SHUT_RDWR))
        var packets = PublishPackets()
        #expect(packets.append(message("t", [0x31])))
        #expect(packets.write(to: pair.near.raw) == EPIPE)
    }
}
