import Testing

@testable import P1Parser

@Suite("Variants of the checksum")
struct ChecksumVariantTests {
    @Test(
        "the check values of the catalogue of CRCs, over 123456789",
        arguments: [(ChecksumVariant.arc, 0xBB3D), (.x25, 0x906E), (.kermit, 0x2189), (.modbus, 0x4B37)] as [(ChecksumVariant, UInt16)])
    func checkValues(_ variant: ChecksumVariant, _ expected: UInt16) {
        #expect(variant.checksum(of: Array("123456789".utf8).span) == expected)
    }

    /// A telegram whose energy is `reading`, with the checksum of a variant; `damage` adds to that.
    private func frame(_ variant: ChecksumVariant, _ reading: Int, damage: UInt16 = 0) throws -> Frame {
        let covered = Wire.bytes("/HLY5TEST\n\n1-0:1.8.0(\(reading)*kWh)\n!")
        let digits = Wire.hex(variant.checksum(of: covered.span) &+ damage)
        return try #require(Framer.frames(in: covered + Array("\(digits)\r\n".utf8)).first)
    }

    @Test("the one of the papers counts from the first telegram")
    func papers() throws {
        var lock = ChecksumLock()
        #expect(lock.judge(try frame(.arc, 1)).isValid)
        #expect(lock.variant == .arc)
    }

    @Test(
        "another counts when three telegrams in a row have it (Holley in Hungary, dsmr_parser 91)",
        arguments: [ChecksumVariant.x25, .kermit, .modbus])
    func another(_ variant: ChecksumVariant) throws {
        var lock = ChecksumLock()
        #expect(!lock.judge(try frame(variant, 1)).isValid)
        #expect(!lock.judge(try frame(variant, 2)).isValid)
        #expect(lock.variant == nil)
        #expect(lock.judge(try frame(variant, 3)).isValid)
        #expect(lock.variant == variant)
        #expect(lock.judge(try frame(variant, 4)).isValid)
    }

    @Test("once it is known no other counts, and what is wrong is told by it")
    func locked() throws {
        var lock = ChecksumLock()
        for reading in 1...3 { _ = lock.judge(try frame(.x25, reading)) }
        #expect(!lock.judge(try frame(.arc, 4)).isValid)
        #expect(!lock.judge(try frame(.kermit, 5)).isValid)
        let damaged = try frame(.x25, 6, damage: 1)
        let covered = damaged.bytes[...damaged.contentEnd]
        let computed = ChecksumVariant.x25.checksum(of: Array(covered).span)
        #expect(lock.judge(damaged) == .invalid(sent: computed &+ 1, computed: computed))
        #expect(lock.judge(try frame(.x25, 7)).isValid)
    }

    @Test("telegrams that are merely wrong never make a variant")
    func wrong() throws {
        var lock = ChecksumLock()
        for reading in 1...50 { #expect(!lock.judge(try frame(.arc, reading, damage: 1)).isValid) }
        #expect(lock.variant == nil)
    }

    @Test("damage between them starts the count anew")
    func interrupted() throws {
        var lock = ChecksumLock()
        for reading in 1...2 { _ = lock.judge(try frame(.x25, reading)) }
        _ = lock.judge(try frame(.arc, 3, damage: 1))
        for reading in 4...5 { #expect(!lock.judge(try frame(.x25, reading)).isValid) }
        #expect(lock.judge(try frame(.x25, 6)).isValid)
    }

    @Test("a meter that was replaced by one with another way is followed")
    func replaced() throws {
        var lock = ChecksumLock()
        _ = lock.judge(try frame(.arc, 1))
        for reading in 2...3 { #expect(!lock.judge(try frame(.x25, reading)).isValid) }
        #expect(lock.judge(try frame(.x25, 4)).isValid)
    }

    @Test("no checksum is no checksum")
    func absent() throws {
        var lock = ChecksumLock()
        let frame = try #require(Framer.frames(in: Wire.bytes("/X\n\n1-0:1.8.0(1*kWh)\n!\n")).first)
        #expect(lock.judge(frame) == .absent)
        #expect(lock.variant == nil)
    }
}
