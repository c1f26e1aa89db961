import CCurl
import Glibc
import Testing
@testable import P1MQTTInput
@testable import P1MQTTMeter

@Suite("HTTP: what URLs and answers mean") struct HTTPSourceTests {
    // MARK: - URLs

    @Test("URLs, their parts, and how they are written")
    func urls() throws {
        let expected: [(text: String, url: HTTPURL, written: String)] = [
            ("http://dongle.lan", HTTPURL(scheme: .http, host: "dongle.lan", port: 80, path: "/"), "http://dongle.lan/"),
            (
                "HTTPS://10.0.0.2/api/telegram", HTTPURL(scheme: .https, host: "10.0.0.2", port: 443, path: "/api/telegram"),
                "https://10.0.0.2/api/telegram"
            ),
            ("ws://h:81/ws?a=b", HTTPURL(scheme: .ws, host: "h", port: 81, path: "/ws?a=b"), "ws://h:81/ws?a=b"),
            ("http://h?a", HTTPURL(scheme: .http, host: "h", port: 80, path: "/?a"), "http://h/?a"),
            ("http://[::1]:8080/", HTTPURL(scheme: .http, host: "::1", port: 8080, path: "/"), "http://[::1]:8080/"),
            ("http://[fe80::1%25lo]/x", HTTPURL(scheme: .http, host: "fe80::1%lo", port: 80, path: "/x"), "http://[fe80::1%25lo]/x"),
        ]
        for (text, url, written) in expected {
            let read = try HTTPURL(text, schemes: [.http, .https, .ws, .wss])
            #expect(read == url)
            #expect(read.text == written)
        }
        #expect(try HTTPURL("http://h/a?key=secret", schemes: [.http]).shown == "http://h/a")
    }

    @Test(
        "what is no URL of a source",
        arguments: [
            ("dongle", HTTPURL.Fault.scheme), ("ftp://h/", .scheme), ("ws://h/", .scheme), ("http:///x", .host), ("http://a b/", .host),
            ("http://user:word@h/", .user), ("http://h:0/", .port), ("http://h:65536/", .port), ("http://h:8o/", .port),
            ("http://h:/", .port),
            ("http://[::1/", .host), ("http://[h]/", .host), ("http://h/a b", .path), ("http://h/#a", .path), ("http://h/é", .path),
            ("http://h/a\r\nX: y", .path), ("http://::1/", .host),
        ])
    func notURLs(_ text: String, _ fault: HTTPURL.Fault) {
        #expect(throws: fault) { try HTTPURL(text, schemes: [.http, .https]) }
    }

    @Test("what can stand in a header is a token") func tokens() {
        #expect(HTTPSettings.isToken("0123456789ABCDEF"))
        for text in ["", "a b", "a\r\nHost: b", "é", String(repeating: "a", count: 1025)] { #expect(!HTTPSettings.isToken(text)) }
    }

    // MARK: - Answers

    private func meaning(_ status: Int, _ body: String, hasToken: Bool = false) -> HTTPAnswer.Meaning {
        HTTPAnswer(status: status, body: Array(body.utf8)).meaning(hasToken: hasToken)
    }

    @Test("telegrams, with and without their last line end, and what may stand before them") func telegrams() {
        for text in ["/A\r\n\r\n1-0:1.8.1(1*kWh)\r\n!\r\n", "/A\n!ABCD\n", "\r\n/A\r\n!\r\n", "rest!\r\n/A\r\n!\r\n"] {
            #expect(meaning(200, text) == .telegram(Array(text.utf8)))
        }
        #expect(meaning(200, "/A\r\n!ABCD") == .telegram(Array("/A\r\n!ABCD\r\n".utf8)))
        #expect(HTTPAnswer(status: 200, body: [0xDB, 8]).meaning(hasToken: false) == .telegram([0xDB, 8]))
    }

    @Test("no telegram yet is silence") func silence() {
        #expect(meaning(503, "telegram:no-telegram-received") == .silence)
        #expect(meaning(503, #"{"error": "telegram:no-telegram-received"}"#) == .silence)
        #expect(meaning(204, "") == .silence)
        #expect(meaning(200, " \r\n") == .silence)
    }

    @Test(
        "every other answer has a cause of its own and a remedy",
        arguments: [
            (401, "", true, "does not accept the token", "p1mqtt pair"), (401, "", false, "asks for a token", "p1mqtt pair"),
            (403, #"{"error": {"id": 202, "description": "API not enabled"}}"#, false, "switched off", "Local API"),
            (403, "", true, "refuses", "p1mqtt pair"), (403, "", false, "refuses", "Local API"),
            (404, "", false, "nothing at this path", "firmware 6"), (301, "", false, "another address", "browser"),
            (429, "", false, "too often", "interval"), (400, "request:api-version-not-supported", true, "version 2", "firmware"),
            (500, "/A\r\n!\r\n", false, "cannot answer", "restart"), (503, "busy", false, "cannot answer", "restart"),
        ])
    func faults(_ status: Int, _ body: String, _ hasToken: Bool, _ reason: String, _ remedy: String) throws {
        guard case .fault(let error) = meaning(status, body, hasToken: hasToken) else {
            Issue.record("\(status) is no fault")
            return
        }
        #expect(error.cause == .answer(status))
        #expect(error.reason.contains(reason) && error.reason.hasSuffix("(HTTP \(status))"), "\(error)")
        #expect(error.remedy?.contains(remedy) == true, "\(error)")
    }

    @Test(
        "pages, JSON and rubbish are no telegram",
        arguments: [("<html>\n/a", "a web page"), (#"{"a": 1}"#, "JSON"), ("[1]", "JSON"), ("hello", "5 bytes")])
    func foreign(_ body: String, _ what: String) {
        guard case .fault(let error) = meaning(200, body) else {
            Issue.record("\(body) is no fault")
            return
        }
        #expect(error.cause == .content)
        #expect(error.reason == "\(what) came in the place of a telegram")
    }

    // MARK: - Faults of a connection

    @Test("codes of libcurl have causes")
    func connectionFaults() throws {
        let url = try HTTPURL("https://dongle/", schemes: [.https])
        func error(_ code: CURLcode, os: CInt = 0, verification: Int = 0, hasHeader: Bool = false) -> SourceError {
            HTTPFault(code: code, osError: os, verification: verification, hasHeader: hasHeader, words: "a\u{1B}[31mb").error(
                of: url, .init())
        }
        #expect(error(CURLE_COULDNT_CONNECT, os: ECONNREFUSED).cause == .refused)
        #expect(error(CURLE_COULDNT_CONNECT, os: EHOSTUNREACH).cause == .unreachable)
        #expect(error(CURLE_OPERATION_TIMEDOUT).reason == "no whole answer came within 10 s")
        for code in [CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE] {
            #expect(error(code).cause == .closedByPeer)
        }
        #expect(error(CURLE_PEER_FAILED_VERIFICATION, verification: 62).reason.contains("another name"))
        #expect(error(CURLE_PEER_FAILED_VERIFICATION, verification: 10).reason.contains("expired"))
        #expect(error(CURLE_PEER_FAILED_VERIFICATION, verification: 9).reason.contains("not valid yet"))
        #expect(error(CURLE_PEER_FAILED_VERIFICATION, verification: 20).reason.contains("authority"))
        #expect(error(CURLE_PEER_FAILED_VERIFICATION, verification: 7).reason == "the certificate cannot be verified: a?[31mb")
        #expect(error(CURLE_WRITE_ERROR).reason.contains("header"))
        #expect(error(CURLE_WRITE_ERROR, hasHeader: true).reason == "the answer is longer than 65536 bytes")
        #expect(error(CURLE_OUT_OF_MEMORY).cause == .system(27))
    }

    // MARK: - The same telegram

    /// Which of these are new, each fetched at so many milliseconds.
    private func news(_ fetched: [(at: Int64, text: String)]) -> [Bool] {
        var filter = RepeatFilter()
        return fetched.map { filter.isNew(Array($0.text.utf8), at: Moment(monotonic: $0.at, utc: 0)) }
    }

    @Test("the same telegram is one, whenever it is fetched again") func dated() {
        let first = "/A\r\n0-0:1.0.0(260101000000W)\r\n!\r\n"
        let second = "/A\r\n0-0:1.0.0(260101000001W)\r\n!\r\n"
        #expect(news([(0, first), (3_600_000, first), (3_600_001, second), (3_600_002, first)]) == [true, false, true, true])
    }

    @Test("without a time the same bytes are another telegram after ten seconds") func undated() {
        let telegram = "/A\r\n1-0:1.7.0(0000.24*kW)\r\n!\r\n"
        let times: [Int64] = [1_000, 10_999, 11_000, 12_000]
        #expect(news(times.map { ($0, telegram) }) == [true, false, true, false])
    }
}
