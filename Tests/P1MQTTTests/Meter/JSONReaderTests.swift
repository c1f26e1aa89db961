import Foundation
import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

@Suite("JSON reader") struct JSONReaderTests {
    @Test("keeps order, digits and text as they were written")
    func valid() throws {
        let text = #"""
            { "b": [1.50, -0, 2e+3, 0.000], "a": {"": null}, "t": true, "f": false,
              "s": "q\" b\\ s\/ \b\f\n\r\t é \u00e9 \uD83D\uDE00 😀" }
            """#
        #expect(
            try JSONReader.read(Array(text.utf8))
                == .object([
                    JSONMember(
                        name: "b",
                        value: .array([.number("1.50"), .number("-0"), .number("2e+3"), .number("0.000")])),
                    JSONMember(name: "a", value: .object([JSONMember(name: "", value: .null)])),
                    JSONMember(name: "t", value: .bool(true)),
                    JSONMember(name: "f", value: .bool(false)),
                    JSONMember(name: "s", value: .text("q\" b\\ s/ \u{8}\u{C}\n\r\t é é 😀 😀")),
                ]))
    }

    @Test("skips a byte order mark")
    func byteOrderMark() throws {
        #expect(try JSONReader.read([0xEF, 0xBB, 0xBF] + Array("[]".utf8)) == .array([]))
        let error = #expect(throws: JSONSyntaxError.self) {
            try JSONReader.read([0xEF, 0xBB, 0xBF] + Array("x".utf8))
        }
        #expect(error?.column == 1)
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        var text: String, line: Int, column: Int, reason: String
        var testDescription: String { text.debugDescription }
        init(_ text: String, _ line: Int, _ column: Int, _ reason: String) {
            (self.text, self.line, self.column, self.reason) = (text, line, column, reason)
        }
    }

    @Test(
        "says line, column and reason",
        arguments: [
            Bad("", 1, 1, "the file ends"), Bad("  \n ", 2, 2, "the file ends"),
            Bad("{\n  \"a\": 1,\n}", 3, 1, "expected a name in double quotes"),
            Bad("{'a': 1}", 1, 2, "expected a name in double quotes or }"),
            Bad("{\"a\" 1}", 1, 6, "expected a colon"), Bad("{\"a\": 1 \"b\": 2}", 1, 9, "expected a comma or }"),
            Bad("[1, ]", 1, 5, "expected a value"), Bad("[1 2]", 1, 4, "expected a comma or ]"),
            Bad("{\"ü\": x}", 1, 7, "expected a value"), Bad("// no\n{}", 1, 1, "JSON has no comments"),
            Bad("{} {}", 1, 4, "expected the end"), Bad("[01]", 1, 3, "begin with 0"),
            Bad("-", 1, 2, "expected a digit"),
            Bad("1.", 1, 3, "expected a digit"), Bad(".5", 1, 1, "expected a value"),
            Bad("1e", 1, 3, "expected a digit"),
            Bad("+1", 1, 1, "expected a value"), Bad("NaN", 1, 1, "expected a value"),
            Bad("nul", 1, 1, "double quotes"), Bad("True", 1, 1, "expected a value"),
            Bad("\"abc", 1, 1, "closing quote"), Bad("\"a\nb\"", 1, 3, "closing quote"),
            Bad(#""C:\path""#, 1, 4, "backslash"), Bad(#""\u12g4""#, 1, 2, "hexadecimal"),
            Bad(#""\uD800""#, 1, 2, "surrogates"), Bad(#""\uD800\u0041""#, 1, 2, "surrogates"),
            Bad(#""\uDC00""#, 1, 2, "surrogates"), Bad(#""\u00"#, 1, 2, "hexadecimal"),
            Bad("{\"a\":1,\n\"a\":2}", 2, 1, "occurs twice"),
            Bad(String(repeating: "[", count: 33), 1, 33, "more than 32 brackets"),
        ])
    func invalid(_ bad: Bad) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONReader.read(Array(bad.text.utf8)) }
        #expect(error?.line == bad.line)
        #expect(error?.column == bad.column)
        #expect(error?.reason.contains(bad.reason) == true, "\(error?.reason ?? "")")
    }

    @Test("refuses text that is not UTF-8, and more than a megabyte")
    func bytes() {
        #expect(throws: JSONSyntaxError(line: 1, column: 1, reason: "this text is not UTF-8")) {
            try JSONReader.read([0x22, 0xC3, 0x28, 0x22])
        }
        #expect(throws: JSONSyntaxError.self) {
            try JSONReader.read([UInt8](repeating: 0x20, count: JSONReader.maximumSize) + Array("1".utf8))
        }
    }

    @Test("never quotes what it reads, which may be a password")
    func silence() {
        let error = #expect(throws: JSONSyntaxError.self) {
            try JSONReader.read(Array(#"{"password": "hun"ter2"}"#.utf8))
        }
        #expect(error?.description == "line 1, column 19: expected a comma or }")
    }

    @Test("agrees with Foundation on random values")
    func againstFoundation() throws {
        var random = Generator(state: 0x5EED)
        for _ in 0..<300 {
            let text = random.value(depth: 0)
            let own = try JSONReader.read(Array(text.utf8))
            #expect(Plain(own) == (try JSONDecoder().decode(Plain.self, from: Data(text.utf8))), "\(text)")
            #expect(try JSONReader.read(Array(own.json.utf8)) == own)
        }
    }

    @Test("survives any bytes, and takes nothing that Foundation refuses")
    func fuzz() throws {
        var random = Generator(state: 20_261_123)
        let pieces =
            Array(#"{}[]:,"\u0123456789eE+-.truefalsn /"#.utf8) + [0x0A, 0x00, 0x1F, 0x80, 0xC3, 0xA9, 0xEF, 0xFF]
        for round in 0..<20_000 {
            var bytes: [UInt8]
            if round.isMultiple(of: 2) {
                bytes = (0..<random.below(24)).map { _ in pieces[random.below(pieces.count)] }
            } else {
                bytes = Array(random.value(depth: 0).utf8)
                for _ in 0...random.below(3) where !bytes.isEmpty {
                    bytes[random.below(bytes.count)] = pieces[random.below(pieces.count)]
                }
            }
            guard (try? JSONReader.read(bytes)) != nil else { continue }
            #expect(throws: Never.self) {
                try JSONDecoder().decode(Anything.self, from: Data(bytes))
            }
        }
    }

    /// Takes every JSON value without a look at it.
    private struct Anything: Decodable {
        init(from decoder: any Decoder) throws {}
    }

    /// A JSON value as Foundation understands it.
    private enum Plain: Equatable, Decodable {
        case null, bool(Bool), number(Double), text(String), array([Plain]), object([String: Plain])

        init(_ tree: JSONTree) {
            switch tree {
            case .null: self = .null
            case .bool(let flag): self = .bool(flag)
            case .number(let digits): self = .number(Double(digits) ?? .nan)
            case .text(let text): self = .text(text)
            case .array(let items): self = .array(items.map(Plain.init))
            case .object(let members):
                self = .object(Dictionary(uniqueKeysWithValues: members.map { ($0.name, Plain($0.value)) }))
            }
        }

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if value.decodeNil() {
                self = .null
            } else if let flag = try? value.decode(Bool.self) {
                self = .bool(flag)
            } else if let number = try? value.decode(Double.self) {
                self = .number(number)
            } else if let text = try? value.decode(String.self) {
                self = .text(text)
            } else if let items = try? value.decode([Plain].self) {
                self = .array(items)
            } else {
                self = .object(try value.decode([String: Plain].self))
            }
        }
    }

    /// Random JSON, the same in each run.
    private struct Generator {
        var state: UInt64

        mutating func below(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(limit))
        }

        mutating func value(depth: Int) -> String {
            let space = ["", " ", "\n", "\t "][below(4)]
            switch below(depth > 4 ? 5 : 7) {
            case 0: return space + ["null", "true", "false"][below(3)]
            case 1: return space + String(below(100_000) - 50_000)
            case 2: return "\(below(1000)).\(below(1000))" + ["", "e2", "E-3", "e+1"][below(4)] + space
            case 3, 4: return space + text()
            case 5:
                return "[" + (0..<below(4)).map { _ in value(depth: depth + 1) }.joined(separator: ",") + space + "]"
            default:
                let members = (0..<below(4)).map { "\"\($0)\(text().dropFirst())\(space):\(value(depth: depth + 1))" }
                return "{" + members.joined(separator: ",") + "}"
            }
        }

        mutating func text() -> String {
            let pieces = ["a", "Z9", " ", "é", "😀", #"\n"#, #"\""#, #"\\"#, #"\/"#, #"\u00e9"#, #"\uD83D\uDE00"#, "€"]
            return "\"" + (0..<below(6)).map { _ in pieces[below(pieces.count)] }.joined() + "\""
        }
    }
}
