import P1Parser
import Testing

@Suite("Checksum of a frame")
struct FrameTests {
    /// A telegram whose checksum is 0 in its first digit, made so by its number.
    private static let short: (text: String, crc: UInt16) = {
        for number in 0..<100_000 {
            let text = "/TST5\n\n0-0:96.7.21(\(number))\n!"
            let crc = Wire.bitwiseCRC(Wire.bytes(text))
            if crc < 0x1000, crc >= 0x0100, crc & 0x0F > 9 { return (text, crc) }
        }
        return ("", 0)
    }()

    private func checksum(behind mark: String, lineEnd: String = "\n") throws -> Frame.Checksum {
        let frames = Framer.frames(in: Wire.bytes(FrameTests.short.text + mark + lineEnd))
        return try #require(frames.first).checksum
    }

    @Test("four digits in upper case, as the standard says")
    func standard() throws {
        let checksum = try checksum(behind: Wire.hex(FrameTests.short.crc))
        #expect(checksum == .valid(FrameTests.short.crc))
    }

    @Test(
        "variants in the field are accepted",
        arguments: [
            "lower case", "leading zero dropped (Warmtelink)", "blanks behind", "NUL behind (Kaifa, Poland)", "filler of FF behind",
        ])
    func variants(_ name: String) throws {
        let digits = Wire.hex(FrameTests.short.crc)
        let text =
            switch name {
            case "lower case": digits.lowercased()
            case "leading zero dropped (Warmtelink)": String(digits.dropFirst())
            case "blanks behind": digits + "  "
            case "NUL behind (Kaifa, Poland)": digits + "\0\0\0"
            default: digits + "\u{FF}\u{FF}"
            }
        let checksum = try checksum(behind: text)
        #expect(checksum == .valid(FrameTests.short.crc))
    }

    @Test("no digits: the bytes cannot be checked", arguments: ["", " ", "\0", "\u{FF}\u{FF}"])
    func absent(_ behind: String) throws {
        let checksum = try checksum(behind: behind)
        #expect(checksum == .absent)
    }

    @Test("another checksum is invalid and named with the computed one")
    func wrong() throws {
        let other = FrameTests.short.crc ^ 0x0100
        let checksum = try checksum(behind: Wire.hex(other))
        #expect(checksum == .invalid(sent: other, computed: FrameTests.short.crc))
    }

    @Test("damaged digits are an invalid checksum, not a missing one", arguments: ["XXXY", "12G4", "G", "XXX", "XXXXX", "-123", "12345"])
    func damaged(_ behind: String) throws {
        let checksum = try checksum(behind: behind)
        #expect(checksum == .invalid(sent: nil, computed: FrameTests.short.crc))
    }

    @Test("a masked checksum, as in published telegrams, is none, and is reported", arguments: ["XXXX", "xxxx", "****", "????"])
    func masked(_ behind: String) throws {
        let frame = try #require(Framer.frames(in: Wire.bytes(FrameTests.short.text + behind + "\n")).first)
        #expect(frame.checksum == .absent)
        #expect(Telegram(frame).issueTexts == ["the checksum is masked: !" + behind])
    }

    @Test("a capture with LF only has the checksum of the bytes that the meter sent", arguments: Fixture.allCases)
    func lineFeedOnly(_ fixture: Fixture) throws {
        let stripped = fixture.bytes.filter { $0 != UInt8(ascii: "\r") }
        let frame = try #require(Framer.frames(in: stripped).first)
        let original = try #require(Framer.frames(in: fixture.bytes).first)
        #expect(frame.checksum == original.checksum)
        #expect(frame.checksum.isValid == fixture.hasChecksum)
    }

    @Test("every byte between / and ! counts, whatever it is: a header with 02, AB or FF is covered as it came")
    func oddHeader() throws {
        let frame = try #require(Framer.frames(in: Wire.checked("/TST5\u{02}\u{AB}\u{FF}\n\n0-0:96.14.0(1)\n!")).first)
        #expect(frame.checksum.isValid)
    }
}
