import Foundation
import P1Parser
import Testing

/// The page with the table of codes is generated: `UPDATE_README=1 swift test --filter CodesPageTests` writes it.
@Suite("Page of codes")
struct CodesPageTests {
    private static let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../Sources/P1Parser/P1Parser.docc/Codes.md").standardized

    private static var content: String {
        let head = """
            # Codes

            Every OBIS code of the catalogue and what it means.

            ## Overview

            `n` is an M-Bus channel or a relay, 1 to 4. Group F is absent or 255: any other names a past billing period. Electricity on
            channel 1 (`1-1`) means what it means on channel 0, and gives way to it. Codes for one quantity have one path, and of several
            in a telegram the first of this table counts. The last rows are those of single makers and countries.
            This table is generated; edit the catalogue instead.

            | OBIS | path | quantity | unit | meaning |
            | --- | --- | --- | --- | --- |

            """
        return head + (Catalogue.rows + Catalogue.exceptionRows).map(line).joined()
    }

    private static func line(_ row: CatalogueRow) -> String {
        "| `\(row.codeText)` | `\(row.path)` | `\(row.quantity)` | \(unit(of: row.quantity)) | \(row.meaning) |\n"
    }

    private static func unit(of quantity: Quantity) -> String {
        switch quantity {
        case .limit: "kW, kVA or A"
        case .meterReading, .meterProfile: "m3, GJ or kWh"
        default: quantity.unit?.rawValue ?? ""
        }
    }

    @Test("is that of the catalogue")
    func isUpToDate() throws {
        if ProcessInfo.processInfo.environment["UPDATE_README"] == "1" { try Data(Self.content.utf8).write(to: Self.page) }
        let present = try String(contentsOf: Self.page, encoding: .utf8)
        #expect(present == Self.content, "Codes.md is out of date: run UPDATE_README=1 swift test --filter CodesPageTests")
    }

    @Test("reads as Markdown: five cells, none of them broken")
    func cells() {
        #expect(Self.content.split(separator: "\n").filter { $0.hasPrefix("|") }.allSatisfy { $0.count { $0 == "|" } == 6 })
    }
}
