import P1Parser
import Testing

@Suite("Variants of the checksum")
struct ChecksumVariantTests {
    @Test(
        "the check values of the catalogue of CRCs, over 123456789",
        arguments: [(ChecksumVariant.arc, 0xBB3D), (.x25, 0x906E), (.kermit, 0x2189), (.modbus, 0x4B37)] as [(ChecksumVariant, UInt16)])
    func checkValues(_ variant: ChecksumVariant, _ expected: UInt16) {
        #expect(variant.checksum(of: Array("123456789".utf8).span) == expected)
    }

    /// A meter whose telegrams have the checksum of a variant, and a reader.
    private struct Line {
        var reader = TelegramReader()
        private var reading = 0

        /// What is found in the next telegram; `damage` is added to its checksum.
        mutating func send(_ variant: ChecksumVariant, damage: UInt16 = 0) -> TelegramReader.Event? {
            reading += 1
            let covered = Wire.bytes("/HLY5TEST\n\n1-0:1.8.0(\(reading)*kWh)\n!")
            let bytes = covered + Wire.bytes(Wire.hex(variant.checksum(of: covered.span) &+ damage) + "\n")
            var events: [TelegramReader.Event] = []
            reader.feed(bytes.span) { events.append($0) }
            return events.count == 1 ? events[0] : nil
        }

        /// Whether the reader takes the next telegrams.
        mutating func isAccepted(_ variants: ChecksumVariant...) -> [Bool] {
            variants.map { send($0)?.telegram?.frame.checksum.isValid ?? false }
        }
    }

    @Test("the one of the papers counts from the first telegram")
    func papers() {
        var line = Line()
        #expect(line.isAccepted(.arc) == [true])
        #expect(line.reader.checksumVariant == .arc)
    }

    @Test(
        "another counts when three telegrams in a row have it (Holley in Hungary, dsmr_parser 91)",
        arguments: [ChecksumVariant.x25, .kermit, .modbus])
    func another(_ variant: ChecksumVariant) {
        var line = Line()
        #expect(line.isAccepted(variant, variant) == [false, false])
        #expect(line.reader.checksumVariant == nil)
        #expect(line.isAccepted(variant) == [true])
        #expect(line.reader.checksumVariant == variant)
        #expect(line.isAccepted(variant) == [true])
    }

    @Test("once it is known no other counts, and what is wrong is known by it")
    func locked() throws {
        var line = Line()
        #expect(line.isAccepted(.x25, .x25, .x25, .arc, .kermit) == [false, false, true, false, false])
        guard let rejection = line.send(.x25, damage: 1)?.rejection, case .wrongChecksum(let sent?, let computed) = rejection.reason else {
            Issue.record("accepted")
            return
        }
        #expect(sent == computed &+ 1)
        #expect(line.isAccepted(.x25) == [true])
    }

    @Test("telegrams that are merely wrong never make a variant")
    func wrong() {
        var line = Line()
        for _ in 0..<50 { #expect(line.send(.arc, damage: 1)?.isAccepted == false) }
        #expect(line.reader.checksumVariant == nil)
    }

    @Test("damage between them starts the count anew")
    func interrupted() {
        var line = Line()
        #expect(line.isAccepted(.x25, .x25) == [false, false])
        _ = line.send(.arc, damage: 1)
        #expect(line.isAccepted(.x25, .x25, .x25) == [false, false, true])
    }

    @Test("a meter that was replaced by one with another way is followed")
    func replaced() {
        var line = Line()
        #expect(line.isAccepted(.arc, .x25, .x25, .x25) == [true, false, false, true])
    }

    @Test("no checksum is no variant")
    func absent() {
        let events = TelegramReader().events(in: Wire.bytes("/XYZ5X\n\n1-0:1.8.0(1*kWh)\n!\n"))
        #expect(events.map { $0.telegram?.frame.checksum } == [.absent])
    }
}
