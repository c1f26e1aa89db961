import P1Parser
import Testing

@Suite("Catalogue")
struct CatalogueTests {
    @Test(
        "every row is found by its code, with and without F, on its channels", arguments: Catalogue.rows.indices.filter(Catalogue.isGeneral)
    )
    func found(_ index: Int) throws {
        let row = Catalogue.rows[index]
        let found = try #require(Catalogue.find(row.code))
        #expect(found.row == index)
        let isOnChannels = row.scope == .mbus || row.scope == .relay
        #expect(found.channel == (isOnChannels ? 1 : 0))
        #expect(Catalogue.find(OBISCode(row.code.a, row.code.b, row.code.c, row.code.d, row.code.e, 255))?.row == index)
        guard isOnChannels else { return }
        for channel: UInt16 in 2...4 {
            let other = try #require(Catalogue.find(row.code.onChannel(channel)))
            #expect(other.row == index)
            #expect(other.channel == UInt8(channel))
        }
        #expect(Catalogue.find(row.code.onChannel(5)) == nil)
    }

    @Test("no code is there twice, but for those of one dialect")
    func codes() {
        let (general, ofDialects) = (
            Catalogue.rows.indices.filter(Catalogue.isGeneral), Catalogue.rows.indices.filter { !Catalogue.isGeneral($0) }
        )
        #expect(Set(general.map { Catalogue.rows[$0].code }).count == general.count)
        #expect(Set(ofDialects.map { Catalogue.rows[$0].code }).count == ofDialects.count)
        #expect(ofDialects == Array(general.endIndex..<Catalogue.rows.count), "they stand at the end")
    }

    @Test("every level of a path is a word of letters and digits", arguments: Catalogue.rows)
    func paths(_ row: CatalogueRow) {
        let levels = row.path.split(separator: "/", omittingEmptySubsequences: false)
        for level in levels {
            #expect(!level.isEmpty && level.utf8.allSatisfy { ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 })
        }
        #expect(!row.meaning.isEmpty)
        #expect(row.scope != .mbus || levels.count == 1)
    }

    @Test("rows that share a path measure the same")
    func sharedPaths() {
        for (path, rows) in Dictionary(grouping: Catalogue.rows, by: \.path) where rows.count > 1 {
            // A time that is sent in two parts stands where the whole one does.
            let quantities = Set(rows.map { $0.quantity == .clockPart ? .time : $0.quantity })
            // The reading of an M-Bus meter comes in two shapes.
            #expect(quantities == [.meterReading, .meterProfile] || quantities.count == 1, "\(path)")
            #expect(!rows.contains { $0.scope == .relay } || rows.count == 1, "\(path)")
        }
    }

    @Test("no path is a level above another, unless it has a number of its own there")
    func nesting() {
        let paths = Set(Catalogue.rows.map(\.path))
        for path in paths {
            var levels = path.split(separator: "/")
            levels.removeLast()
            while !levels.isEmpty {
                let parent = levels.joined(separator: "/")
                #expect(!paths.contains(parent) || CatalogueTests.parents.contains(parent), "\(path) stands below \(parent)")
                levels.removeLast()
            }
        }
    }

    /// Paths that hold a value and other paths below it.
    private static let parents: Set = ["electricity/fuseThreshold", "electricity/instantaneous/power/net"]

    @Test(
        "codes that are not in the table",
        arguments: [
            "1-0:1.8.1*0", "1-0:1.8.0*101", "0-1:24.2.1*1", "1-0:1.8.17", "0-5:24.2.1", "0-0:24.2.1", "2-0:1.8.1", "1-2:1.8.1",
            "9-9:999.999.999", "0-0:94.98.31", "0-1:24.2.2", "0-1:24.2.4", "0-1:24.2.5",
        ])
    func unknown(_ text: String) throws {
        let code = try #require(OBISCode(text))
        #expect(Catalogue.find(code) == nil)
    }

    @Test("electricity on channel 1 means what it means on channel 0 and gives way to it (heat pumps, Switzerland)")
    func subordinate() throws {
        let telegram = try Telegram(lines: "1-1:1.8.0(000001.000*kWh)", "1-0:1.7.0(00.100*kW)", "1-1:31.4.0(040*A)")
        #expect(telegram.readings.map(\.isSubordinate) == [true, false, false])
        #expect(telegram.number(at: "electricity/received/total") == "1.000 kWh")
    }
}
