import Testing
@testable import P1Parser

@Suite("Index of codes")
struct CodeIndexTests {
    private let index = Catalogue.index

    /// The place of what a line begins with, by its spelling alone.
    private func place(_ line: String) -> CodeIndex.Place? {
        let bytes = Array((line + "(0)\r\n0-0:").utf8)
        return CodeSpelling(bytes.span, from: 0).map(index.place)
    }

    @Test(
        "every row is found by the spelling of its code, if that fits, as it is by the code",
        arguments: Catalogue.rows.indices.filter(Catalogue.isGeneral).map { Catalogue.rows[$0] })
    func spelled(_ row: CatalogueRow) {
        let byCode = index.place(of: row.code)
        #expect(byCode != CodeIndex.nowhere)
        #expect(index.code(at: byCode) == row.code)
        // With its bracket C.D.E of a few codes takes more than eight bytes: those are read the other way.
        let bySpelling = place(row.code.description)
        #expect(bySpelling == (row.code.description.utf8.count <= 11 ? byCode : nil))
    }

    @Test("the spelling ends at the bracket", arguments: ["1-0:1.8.1", "1-0:99.97.0", "0-0:96.14.0"])
    func count(_ code: String) {
        let bytes = Array((code + "(0)(0)\r\n").utf8)
        #expect(CodeSpelling(bytes.span, from: 0)?.count == code.utf8.count)
    }

    @Test(
        "what only looks like a code of the table is none",
        arguments: [
            "1-0:1.8.1\0", "1-0:1.8.", "1-0:1.8.1 ", "1-0:01.8.1", "1;0:1.8.1", "1-0:1,8.1", "1-0:1.8.1*255", "2-0:1.8.1", "", "1-0:",
            "\0\0\0\0",
        ])
    func other(_ text: String) {
        #expect(place(text) ?? CodeIndex.nowhere == CodeIndex.nowhere)
    }

    @Test("too few bytes for a spelling are no reason to read behind them", arguments: 0..<12)
    func short(_ count: Int) {
        let bytes = Array("1-0:1.8.1(0)".utf8.prefix(count))
        #expect(CodeSpelling(bytes.span, from: 0) == nil)
    }

    @Test("a code that is too long for the index is not in it")
    func long() {
        #expect(CodeSpelling(OBISCode(1, 0, 999, 999, 999)) == nil)
        #expect(CodeSpelling(OBISCode(10, 0, 1, 8, 1)) == nil)
        #expect(index.place(of: OBISCode(1, 0, 999, 999, 999)) == CodeIndex.nowhere)
    }
}
