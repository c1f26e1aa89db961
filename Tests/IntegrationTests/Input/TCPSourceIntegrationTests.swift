import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTInput
@testable import P1MQTTMeter
@testable import P1MQTTSystem

@Suite("TCP source on the loopback", .ownThreads)
struct TCPSourceIntegrationTests {
    private let quick = SourceSupervisor.Limits(firstDelay: 20, longestDelay: 50)
    private let wake = WakeDescriptor()

    private func feed(
        _ port: Int, _ recorder: Recorder, host: String = "127.0.0.1", limits: SourceSupervisor.Limits? = nil
    ) -> Feed {
        let source = TCPSource(host: host, port: port, resolver: NameResolver(wake: wake))
        let feed = Feed(source: source, consumer: recorder, seed: 1, limits: limits ?? quick)
        recorder.feed = feed
        return feed
    }

    @Test("connects by address and by name, and skips telnet", arguments: ["127.0.0.1", "localhost"])
    func connects(_ host: String) {
        let server = LoopbackServer()
        let recorder = Recorder()
        var isSent = false
        let done = InputBench.run([feed(server.port, recorder, host: host)], wake: wake) {
            server.acceptAll()
            if !isSent, !server.connections.isEmpty {
                isSent = true
                server.send([0xFF, 0xFB, 0x01, 0xFF, 0xFD, 0x00] + Array("/TST\r\n!\r\n".utf8), to: 0)
            }
            return recorder.text == "/TST\r\n!\r\n"
        }
        #expect(done, "\(recorder.reports)")
        #expect(recorder.kinds == [.connected])
    }

    @Test("connects again after the peer has hung up, and says both once")
    func hangUp() {
        let server = LoopbackServer()
        let recorder = Recorder()
        var hangUps = 0
        let done = InputBench.run([feed(server.port, recorder)]) {
            server.acceptAll()
            guard !server.connections.isEmpty else { return recorder.kinds.last == .recovered }
            if hangUps < 3 {
                hangUps += 1
                server.hangUp()
            } else if recorder.bytes.isEmpty, recorder.kinds.count == 2 {
                server.send([0x2F], to: 0)
            }
            return recorder.kinds.last == .recovered
        }
        #expect(done, "\(recorder.reports)")
        #expect(recorder.kinds == [.connected, .failed, .recovered])
        #expect(recorder.reports[1].reason == "the peer closed the connection")
        #expect(recorder.reports[1].retry == 1)
    }

    @Test("says that it was refused and connects when the peer is there")
    func refused() {
        let port = LoopbackServer().port  // gone at once
        let recorder = Recorder()
        var server: LoopbackServer?
        let done = InputBench.run([feed(port, recorder)]) {
            if server == nil, recorder.kinds == [.failed] { server = LoopbackServer(port: port) }
            server?.acceptAll()
            if let server, !server.connections.isEmpty, recorder.bytes.isEmpty { server.send([0x2F], to: 0) }
            return recorder.kinds.last == .recovered
        }
        #expect(done, "\(recorder.reports)")
        #expect(recorder.kinds == [.failed, .recovered])
        #expect(recorder.reports[0].reason.contains("refused"))
    }

    @Test("opens a connection anew that has gone silent, and reports that once (core 40595, 73535, 105934)")
    func halfOpen() {
        let server = LoopbackServer()
        let recorder = Recorder()
        let limits = SourceSupervisor.Limits(silence: 30, reopen: 60, firstDelay: 20, longestDelay: 20)
        let done = InputBench.run([feed(server.port, recorder, limits: limits)]) {
            server.acceptAll()
            if server.connections.count == 4, recorder.bytes.isEmpty { server.send([0x2F], to: 3) }
            return !recorder.bytes.isEmpty
        }
        #expect(done, "\(recorder.reports)")
        #expect(recorder.kinds.prefix(3) == [.connected, .silent, .recovered])
    }

    @Test("says that a name cannot be looked up, without holding up the loop")
    func unknownName() {
        let server = LoopbackServer()
        let (unknown, known) = (Recorder(), Recorder())
        let gate = Locked(false)
        let resolver = NameResolver(wake: wake) { _ in
            // A look-up that takes until the other source has been heard.
            let end = Moment.now().monotonic + InputBench.limit
            while !gate.withLock({ $0 }), Moment.now().monotonic < end {}
            return .failure(.init(text: "no such name"))
        }
        let source = TCPSource(host: "meter.invalid", port: 23, resolver: resolver)
        let feeds = [Feed(source: source, consumer: unknown, seed: 1, limits: quick), feed(server.port, known)]
        let done = InputBench.run(feeds, wake: wake) {
            server.acceptAll()
            if !server.connections.isEmpty, known.bytes.isEmpty { server.send([0x2F], to: 0) }
            if !known.bytes.isEmpty { gate.withLock { $0 = true } }
            return !unknown.reports.isEmpty
        }
        #expect(done)
        #expect(!known.bytes.isEmpty)
        #expect(unknown.reports.first?.reason == "the name meter.invalid cannot be looked up: no such name")
    }

    @Test("tries the next address when one does not answer")
    func nextAddress() throws {
        let server = LoopbackServer()
        let recorder = Recorder()
        let refusing = try #require(SocketAddress.numeric("127.0.0.2", port: 0))
        let answering = try #require(SocketAddress.numeric("127.0.0.1", port: 0))
        let resolver = NameResolver(wake: wake) { _ in .success([refusing, answering]) }
        let source = TCPSource(host: "meter", port: server.port, resolver: resolver)
        let feed = Feed(source: source, consumer: recorder, seed: 1, limits: quick)
        #expect(InputBench.run([feed], wake: wake) { recorder.kinds == [.connected] }, "\(recorder.reports)")
        #expect(recorder.reports.first?.reason == "connected to 127.0.0.1")
    }

    @Test("gives a connection that does not come about up")
    func connectLimit() {
        // A listener whose queue is full leaves further connections without an answer; 192.0.2.1 (RFC 5737) may be
        // refused by a router at once. Either way the source must report within its limit.
        let recorder = Recorder()
        let source = TCPSource(host: "192.0.2.1", port: 9, resolver: NameResolver(wake: wake), connectLimit: 50)
        let feed = Feed(source: source, consumer: recorder, seed: 1, limits: quick)
        #expect(InputBench.run([feed]) { recorder.kinds == [.failed] || recorder.kinds == [.connected, .failed] })
    }

    @Test("reads 200 meters at once")
    func many() {
        DescriptorLimit.raise()
        let server = LoopbackServer()
        let recorders = (0..<200).map { _ in Recorder() }
        let telegram = [UInt8](repeating: 0x31, count: 900) + Array("!\r\n".utf8)
        var sent: [Int] = []
        let done = InputBench.run(recorders.map { feed(server.port, $0) }) {
            server.acceptAll()
            sent += Array(repeating: 0, count: server.connections.count - sent.count)
            for index in sent.indices where sent[index] < 3 {
                server.send(telegram, to: index)
                sent[index] += 1
            }
            return recorders.allSatisfy { $0.bytes.count == 3 * telegram.count }
        }
        #expect(done)
        #expect(recorders.allSatisfy { $0.goodFrames == 3 && $0.kinds == [.connected] })
    }
}
