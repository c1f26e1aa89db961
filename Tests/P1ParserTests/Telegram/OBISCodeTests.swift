import Foundation
import P1Parser
import Testing

@Suite("OBIS codes")
struct OBISCodeTests {
    @Test(
        "read and written in the form of the standard",
        arguments: [
            "1-0:1.8.1", "0-0:96.1.1", "1-0:99.97.0", "0-4:24.2.1", "1-0:1.8.0*255", "7-0:23.1.0*255", "1-0:1.8.16", "0-0:128.20.0",
            "9-9:999.999.999", "12-34:56.78.90", "0-0:0.0.0",
        ])
    func roundTrip(_ text: String) {
        #expect(OBISCode(text)?.description == text)
    }

    @Test("groups are distinguished")
    func groups() {
        let code = OBISCode("1-2:33.444.5*6")
        #expect(code == OBISCode(1, 2, 33, 444, 5, 6))
        #expect([code.a, code.b, code.c, code.d, code.e, code.f] == [1, 2, 33, 444, 5, 6])
        #expect(OBISCode("1-0:1.8.1").f == nil)
    }

    @Test("F may follow a point, as the examples of DSMR 4 print it")
    func dottedF() {
        #expect(OBISCode("1-0:31.7.0.255") == OBISCode(1, 0, 31, 7, 0, 255))
    }

    @Test(
        "what noise makes of a code is none",
        arguments: [
            "", "1", "1-0", "1-0:1.8", "1-0:1.8.", "1,0:2.7.0", "1-081.8.0", "0-0:96.5,5", "1 -3:0.2.8", "1-0:99:97.0", "3:0.2.8",
            "-0:1.8.1", "1-:1.8.1", "1-0:.8.1", "1-0:!.8.1", "1-0:1000.8.1", "1-0:1.8.1000", "1-0:1.8.1*", "1-0:1.8.1x", "x1-0:1.8.1",
            "1-0:1.8.1.1.1", "1:0-1.8.1", "1-0:1-8.1", "A-0:1.8.1", "1-0:1.8.1*1234",
        ])
    func rejected(_ text: String) {
        #expect(OBISCode(text) == nil)
    }

    @Test("a code is read up to its bracket, whatever its groups", arguments: 0...9)
    func beforeBracket(_ channel: UInt16) throws {
        for c: UInt16 in [0, 1, 9, 10, 31, 99, 100, 128, 255, 999] {
            var codes: [OBISCode] = []
            for d: UInt16 in [0, 7, 10, 97, 100, 255] {
                for e: UInt16 in [0, 9, 10, 68, 255, 999] { codes.append(OBISCode(channel % 3, channel, c, d, e)) }
            }
            let telegram = try Telegram(text: "/TST5\n\n" + codes.map { "\($0)(0)\n" }.joined() + "!\n")
            #expect(telegram.objects.map(\.code) == codes)
            #expect(telegram.literal.allSatisfy { $0.values == [LiteralValue(value: "0", unit: nil)] })
        }
    }

    @Test("a code is one string in JSON, and one literal in a program")
    func text() throws {
        let code: OBISCode = "1-0:1.8.0*255"
        #expect(code == OBISCode(1, 0, 1, 8, 0, 255))
        #expect(String(decoding: try JSONEncoder().encode([code]), as: UTF8.self) == #"["1-0:1.8.0*255"]"#)
        #expect(try JSONDecoder().decode([OBISCode].self, from: Data(#"["1-0:1.8.0*255"]"#.utf8)) == [code])
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([OBISCode].self, from: Data(#"["1.8.0"]"#.utf8)) }
    }

    @Test("spelled in another way a code is the same", arguments: ["1-0:01.08.01", "01-00:1.8.1", "1-0:1.8.1*255", "1-0:1.8.1.255"])
    func otherSpellings(_ text: String) throws {
        let telegram = try Telegram(lines: text + "(000001.000*kWh)")
        #expect(telegram.number(at: "electricity/received/tariff1") == "1.000 kWh")
    }

    @Test("other channel, no F")
    func derived() {
        let code = OBISCode(0, 3, 24, 2, 1, 255)
        #expect(code.onChannel(1) == OBISCode(0, 1, 24, 2, 1, 255))
        #expect(code.withoutF == OBISCode(0, 3, 24, 2, 1))
    }
}
