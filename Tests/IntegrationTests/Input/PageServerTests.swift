import Foundation
import TestSupport
import Testing
@testable import P1MQTTInput
@testable import P1MQTTMeter
@testable import P1MQTTSystem

/// With a clock that a test moves, so that what takes half a minute takes none.
@Suite("Pages over HTTP", .ownThreads) struct PageServerTests {
    private final class Served {
        let port: Int
        let server: PageServer
        var ahead: Int64 = 0

        init() throws {
            port = try freePort()
            server = try PageServer(host: "127.0.0.1", port: port, at: .now()) { path, _ in
                switch path {
                case "/endless": Page(.portions { [UInt8](repeating: UInt8(ascii: "x"), count: 100_000) })
                case "/two":
                    Page(.portions(Self.portions(2)))
                default: Page(.text("hello \(path)\n"))
                }
            }
        }

        private static func portions(_ count: Int) -> () -> [UInt8]? {
            var left = count
            return {
                left -= 1
                return left >= 0 ? Array("portion\n".utf8) : nil
            }
        }

        func turn() { server.serve(at: Moment.now().advanced(byMilliseconds: ahead)) }

        /// The whole answer to these bytes.
        func answer(_ request: String) async throws -> String {
            let client = try TCPClient(port: port)
            client.send(request)
            try await end(of: client, "the answer to \(request.prefix(60))")
            return client.text
        }

        func end(of client: TCPClient, _ what: String) async throws {
            try await eventually(what) {
                turn()
                client.read()
                return client.isClosed
            }
        }
    }

    @Test("GET and HEAD are answered, everything else is not") func methods() async throws {
        let served = try Served()
        let page = try await served.answer("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(page.hasPrefix("HTTP/1.1 200 OK\r\n") && page.contains("\r\nConnection: close\r\n") && page.hasSuffix("\r\n\r\nhello /a\n"))
        let old = try await served.answer("GET /two HTTP/1.0\r\n\r\n")
        #expect(old.hasSuffix("\r\n\r\nportion\nportion\n"), "\(old)")
        let chunks = try await served.answer("GET /two HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(chunks.contains("Transfer-Encoding: chunked") && chunks.hasSuffix("\r\n0\r\n\r\n"))
        let head = try await served.answer("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n") && head.hasSuffix("\r\n\r\n"))
        for request in [
            "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + String(repeating: "p", count: 1000),
            "DELETE /a HTTP/1.1\r\nHost: x\r\n\r\n", "PUT /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
        ] {
            let refused = try await served.answer(request)
            #expect(refused.hasPrefix("HTTP/1.1 405 ") && refused.contains("\r\nAllow: GET, HEAD\r\n"), "\(refused)")
        }
    }

    @Test("garbage, and headers without end, end the connection and nothing else") func garbage() async throws {
        let served = try Served()
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<50 {
            let client = try TCPClient(port: served.port)
            client.send((0..<2000).map { _ in UInt8.random(in: 0...255, using: &generator) } + Array("\r\n\r\n".utf8))
            try await served.end(of: client, "the end of garbage")
        }
        let client = try TCPClient(port: served.port)
        client.send("GET /a HTTP/1.1\r\n")
        let header = Array("X-Long: \(String(repeating: "a", count: 500))\r\n".utf8)
        var sent = 0
        try await eventually("the end of headers without end") {
            sent += max(0, client.send(header))
            served.turn()
            client.read()
            return client.isClosed
        }
        #expect(sent < 1_000_000)
        #expect(client.received.isEmpty || client.text.hasPrefix("HTTP/1.1 4"))
        #expect(try await served.answer("GET /a HTTP/1.1\r\nHost: x\r\n\r\n").hasSuffix("hello /a\n"))
    }

    @Test("one who takes his time is hung up on after half a minute, however busy he looks") func slow() async throws {
        let served = try Served()
        let dripping = try TCPClient(port: served.port)
        let greedy = try TCPClient(port: served.port, receiveBuffer: 4096)
        greedy.send("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
        dripping.send("GET /a HT")
        served.turn()
        // Each byte comes before the library's own time is over.
        for _ in 0..<29 {
            served.ahead += 1000
            dripping.send("T")
            served.turn()
        }
        dripping.read()
        #expect(!dripping.isClosed)
        #expect(try #require(served.server.deadline) <= Moment.now().monotonic + served.ahead + 1000)
        #expect(try await served.answer("GET /a HTTP/1.1\r\nHost: x\r\n\r\n").hasSuffix("hello /a\n"))
        served.ahead += 1500
        try await served.end(of: dripping, "the end of the one that drips")
        try await served.end(of: greedy, "the end of the one that does not read")
        // What the connection held, of an answer without end.
        #expect(greedy.received.count < 10_000_000)
    }

    @Test("a crowd has eight connections, and its end lets others in") func crowd() async throws {
        let served = try Served()
        var clients = try (0..<8).map { _ in try TCPClient(port: served.port) }
        for _ in clients.count..<100 { try await served.end(of: TCPClient(port: served.port), "one too many is turned away") }
        for client in clients { client.read() }
        #expect(clients.allSatisfy { !$0.isClosed })
        clients = []
        try await eventually("an answer") {
            let client = try TCPClient(port: served.port)
            client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
            try await served.end(of: client, "the answer")
            return client.text.hasSuffix("hello /a\n")
        }
    }

    @Test("a port that is taken, and an address that is not ours, are said with a remedy") func refused() throws {
        let served = try Served()
        let taken = #expect(throws: OutputError.self) {
            try PageServer(host: "127.0.0.1", port: served.port, at: .now()) { _, _ in Page(.text("")) }
        }
        #expect(taken?.description.contains("Another program has the port") == true)
        let strange = #expect(throws: OutputError.self) {
            try PageServer(host: "192.0.2.1", port: 9101, at: .now()) { _, _ in Page(.text("")) }
        }
        #expect(strange?.description.contains("no such address") == true)
    }
}
