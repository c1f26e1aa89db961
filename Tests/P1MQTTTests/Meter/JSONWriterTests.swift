import Foundation
import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

@Suite("JSON writer") struct JSONWriterTests {
    private func text(_ members: (inout JSONWriter) -> Void) -> String {
        String(decoding: JSONWriter.object(members), as: UTF8.self)
    }

    @Test("separates members and elements, nested ones too") func punctuation() {
        let json = text {
            $0.member("a", 1)
            $0.member("b", object: { _ in })
            $0.member(
                "c",
                object: {
                    $0.member("d", "x")
                    $0.member("e", true)
                })
            $0.member("f", array: [1, 2]) { json, number in json.object { $0.member("n", number) } }
            $0.member("g", array: [String]()) { $0.string($1) }
            $0.member("h", array: ["x", "y"]) { $0.string($1) }
            $0.member("i", json: Array("[3]".utf8))
            $0.member("j", false)
        }
        #expect(json == #"{"a":1,"b":{},"c":{"d":"x","e":true},"f":[{"n":1},{"n":2}],"g":[],"h":["x","y"],"i":[3],"j":false}"#)
        #expect(text { _ in } == "{}")
    }

    @Test("adds members to an object that is written already") func addition() {
        for (object, expected) in [("{}", #"{"n":1}"#), (#"{"a":{}}"#, #"{"a":{},"n":1}"#)] {
            let longer = JSONWriter.object(Array(object.utf8), and: { $0.member("n", 1) })
            #expect(String(decoding: longer, as: UTF8.self) == expected)
        }
    }

    @Test("writes null for what is missing, whatever its type") func null() {
        let json = text {
            $0.member("text", String?.none)
            $0.member("number", Int?.none)
            $0.member("decimal", FixedDecimal?.none)
            $0.member("time", time: nil)
            $0.member("json", json: nil)
        }
        #expect(json == #"{"text":null,"number":null,"decimal":null,"time":null,"json":null}"#)
    }

    @Test(
        "keeps the digits that were sent",
        arguments: [
            ("231.0", "231.0"), ("000123.456", "123.456"), ("0.000", "0.000"), ("00.866", "0.866"), ("-000.50", "-0.50"), ("0002", "2"),
            ("999999999.999999999", "999999999.999999999"),
        ])
    func digits(_ sent: String, _ written: String) throws {
        let number = try #require(FixedDecimal(sent))
        #expect(text { $0.member("n", number) } == "{\"n\":\(written)}")
    }

    @Test("escapes what JSON does not allow, and nothing else") func escapes() throws {
        let text = "a\"b\\c/d\r\n\t\u{0}\u{1B}\u{7F}é€😀"
        let json = JSONWriter.object { $0.member("k\"", text) }
        #expect(
            String(decoding: json, as: UTF8.self) == #"{"k\"":"a\"b\\c/d\u000d\u000a\u0009\u0000\u001b\u007fé€😀"}"#)
        let read = try #require(try JSONSerialization.jsonObject(with: Data(json)) as? [String: String])
        #expect(read == ["k\"": text])
    }

    @Test("writes bytes that are no text as valid JSON") func invalidText() throws {
        let text = String(decoding: [0x41, 0xFF, 0xC3, 0x28, 0x00], as: UTF8.self)
        let json = JSONWriter.object { $0.member("k", text) }
        #expect(try JSONReader.read(json)["k"] == .text(text))
    }
}

@Suite("ISO 8601") struct ISO8601Tests {
    @Test(
        "is the form of JavaScript, in UTC",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1_291_890_620, "2010-12-09T10:30:20.000Z"), (1_709_164_799, "2024-02-28T23:59:59.000Z"),
            (1_709_164_800, "2024-02-29T00:00:00.000Z"), (951_782_400, "2000-02-29T00:00:00.000Z"),
            (4_102_444_799, "2099-12-31T23:59:59.000Z"), (-1, "1969-12-31T23:59:59.000Z"),
        ] as [(Int64, String)])
    func form(_ seconds: Int64, _ text: String) {
        #expect(ISO8601.text(seconds) == text)
    }

    @Test("ends with the years of four digits; JSON has null for what lies beyond") func bounds() {
        let range = ISO8601.years0To9999
        #expect(ISO8601.text(range.lowerBound) == "0000-01-01T00:00:00.000Z")
        #expect(ISO8601.text(range.upperBound) == "9999-12-31T23:59:59.000Z")
        for seconds in [range.lowerBound - 1, range.upperBound + 1, .min, .max] {
            #expect(JSONWriter.object { $0.member("time", time: seconds) } == Array(#"{"time":null}"#.utf8))
        }
    }

    @Test("agrees with Foundation on a time of each week of a century") func foundation() throws {
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
        for seconds in stride(from: Int64(946_684_800), to: 4_102_444_800, by: 7 * 86400 + 3661) {
            #expect(ISO8601.text(seconds) == formatter.string(from: Date(timeIntervalSince1970: Double(seconds))))
        }
    }
}
