import P1Parser
import TestSupport
import Testing

@Suite("CRC-16/ARC")
struct CRC16Tests {
    @Test("the check value of the catalogue of CRCs: 123456789 gives BB3D")
    func checkValue() {
        #expect(CRC16.checksum(of: Wire.bytes("123456789").span) == 0xBB3D)
    }

    @Test("no bytes give 0")
    func empty() {
        #expect(CRC16.checksum(of: [UInt8]().span) == 0)
    }

    @Test("bytes taken sixteen at a time give what bits taken one at a time do", arguments: 0..<70)
    func lengths(_ length: Int) {
        var random = SeededGenerator(seed: UInt64(length))
        let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
        #expect(CRC16.checksum(of: bytes.span) == Wire.bitwiseCRC(bytes))
        #expect(bytes.reduce(0) { CRC16.next($0, $1) } == Wire.bitwiseCRC(bytes))
    }
}
