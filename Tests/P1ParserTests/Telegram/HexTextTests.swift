import P1Parser
import Testing

@Suite("Hexadecimal text")
struct HexTextTests {
    private func decoded(_ sent: String) throws -> String {
        let telegram = try Telegram(lines: "0-0:96.13.0(\(sent))")
        return telegram.decodingHex(try #require(telegram.values.first).text)
    }

    private func serial(_ sent: String) throws -> String? {
        let telegram = try Telegram(lines: "0-0:96.1.1(\(sent))")
        return telegram.serialNumber(try #require(telegram.values.first).text)
    }

    @Test(
        "messages are UTF-8, else Latin-1, else as sent",
        arguments: [
            ("48656C6C6F", "Hello"), ("48656c6c6f", "Hello"), ("C3A9", "é"), ("E9", "é"), ("", ""), ("test-/-test", "test-/-test"),
            ("486", "486"), ("4G", "4G"), ("E282AC", "€"),
        ])
    func messages(_ sent: String, _ expected: String) throws {
        #expect(try decoded(sent) == expected)
    }

    @Test("a message of 1024 characters is decoded whole")
    func longMessage() throws {
        #expect(try decoded(String(repeating: "41", count: 1024)) == String(repeating: "A", count: 1024))
    }

    @Test(
        "equipment ids are shown as printed on the meter",
        arguments: [
            ("4530303437303030303037363330383137", "E0047000007630817"), ("1YZA0011223344", "1YZA0011223344"),
            ("45303020202020", "E00"), ("2020453030", "E00"), ("12345678901234567890123456789012", "12345678901234567890123456789012"),
            ("****", "****"), ("FF00", "FF00"),
        ])
    func serials(_ sent: String, _ expected: String) throws {
        #expect(try serial(sent) == expected)
    }

    @Test("an id that is empty, zeros, dashes or blanks is none", arguments: ["", "00000000", "30303030", "2D2D2D2D", "202020", "----"])
    func noSerial(_ sent: String) throws {
        #expect(try serial(sent) == nil)
    }
}
