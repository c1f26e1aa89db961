import Testing

@testable import P1Parser

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

    @Test("groups are told apart")
    func groups() {
        let code = OBISCode("1-2:33.444.5*6")
        #expect(code == OBISCode(1, 2, 33, 444, 5, 6))
        #expect([code?.a, code?.b, code?.c, code?.d, code?.e, code?.f] == [1, 2, 33, 444, 5, 6])
        #expect(OBISCode("1-0:1.8.1")?.f == nil)
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
    func beforeBracket(_ channel: UInt16) {
        for c: UInt16 in [0, 1, 9, 10, 31, 99, 100, 128, 255, 999] {
            for d: UInt16 in [0, 7, 10, 97, 100, 255] {
                for e: UInt16 in [0, 9, 10, 68, 255, 999] {
                    let code = OBISCode(channel % 3, channel, c, d, e)
                    let bytes = Array((code.description + "(0)").utf8)
                    let scanned = OBISCode.scan(bytes.span, from: 0, to: bytes.count)
                    #expect(scanned?.0 == code)
                    #expect(scanned?.1 == bytes.firstIndex(of: UInt8(ascii: "(")))
                }
            }
        }
    }

    @Test("other channel, no F")
    func derived() {
        let code = OBISCode(0, 3, 24, 2, 1, 255)
        #expect(code.onChannel(1) == OBISCode(0, 1, 24, 2, 1, 255))
        #expect(code.withoutF == OBISCode(0, 3, 24, 2, 1))
    }
}
