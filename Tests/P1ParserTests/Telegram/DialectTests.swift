import P1Parser
import Testing

@Suite("Dialect")
struct DialectTests {
    @Test(
        "by the header, in either case",
        arguments: [
            ("/Lux5\\253663629_D", Dialect.luxembourg), ("/EST5\\253710000_A", .austria), ("/ELS5\\@V10.04", .austria),
            ("/ESO5\\253876809_C", .lithuania), ("/ADN9 6534", .nordic), ("/KAM5", .nordic), ("/LGF5E360", .nordic),
            ("/ELL5\\253833635_A", .nordic), ("/NES5:83335-3E", .nordic), ("/AUX5", .hungary), ("/SAG5SAG-METER", .hungary),
            ("/HLY5\\D545-METER", .hungary), ("/WSE5Wasion", .hungary), ("/GRE5\\1", .switzerland), ("/ESY5Q3DA1004", .germany),
            ("/EBZ5DD32R06", .germany), ("/ISK9\\2M551T-200", .slovenia), ("/EGM5G15", .poland), ("/AUR2NWA-MYRSKY", .warmtelink),
            ("/NWA-WARMTELINK", .warmtelink), ("/ISk5\\2MIE5T-200", .emucs), ("/ISk5=2MIE5T-200", .emucs), ("/SIB5\\1", .emucs),
            ("/MCS5\\@00", .emucs), ("/LG_E660_Fluvius_3N400V", .emucs),
        ])
    func header(_ header: String, _ expected: Dialect) throws {
        let telegram = try Telegram(text: header + "\n\n0-0:1.0.0(240205122548W)\n!\n")
        #expect(telegram.dialect == expected)
        guard case .header = telegram.dialectEvidence else {
            Issue.record("\(telegram.dialectEvidence)")
            return
        }
    }

    @Test(
        "by a code where the header says nothing",
        arguments: [
            ("1-3:0.2.8(50)", Dialect.dsmr5, "1-3:0.2.8 states version 50"), ("1-3:0.2.8(42)", .dsmr4, "1-3:0.2.8 states version 42"),
            ("1-3:0.2.8(P)", .dsmr5, "1-3:0.2.8 states version P"), ("0-0:96.1.4(50217)", .emucs, "0-0:96.1.4 states version 50217"),
            ("0-0:96.1.1(4142)", .dsmr22, "0-0:96.1.1 is there, no version and no time"),
            ("0-1:24.3.0(150317190000)(00)(60)(1)(0-1:24.2.1)(m3)(1)", .dsmr22, "0-1:24.3.0 is there, no version and no time"),
            ("1-0:0.9.2(210528)", .germany, "1-0:0.9.2 is there"), ("0-0:1.0.0(240205122548W)", .other, "no known header, no version"),
            ("1-0:1.8.0(1*kWh)", .other, "no known header, no version"),
            // A checksum of the firmware in Lithuania, no version.
            ("1-0:0.2.8(EDEBDA49)", .other, "no known header, no version"),
        ])
    func code(_ line: String, _ expected: Dialect, _ evidence: String) throws {
        let telegram = try Telegram(lines: line)
        #expect(telegram.dialect == expected)
        #expect(telegram.dialectEvidence.description == evidence)
    }

    @Test("the same maker's meters in Sweden have no version")
    func kaifa() throws {
        #expect(try Telegram(text: "/KFM5KAIFA-METER\n\n1-0:1.8.0(1*kWh)\n!\n").dialect == .nordic)
        #expect(try Telegram(text: "/KFM5KAIFA-METER\n\n1-3:0.2.8(42)\n!\n").dialect == .dsmr4)
    }

    @Test("only Lithuania and Iceland are known to be elsewhere than one hour ahead of UTC", arguments: Dialect.allCases)
    func offset(_ dialect: Dialect) {
        #expect(dialect.standardOffset == (dialect == .lithuania ? 120 : dialect == .iceland ? 0 : 60))
        #expect(dialect.summerTime == (dialect == .iceland ? .never : .eu))
    }

    @Test(
        "Iceland has the meters of Wallonia with a clock on two lines",
        arguments: ["/ISk5\\2MIE5E-200", "/ISK5\\2MIE5T-200", "/isk5=2mie5E-200"])
    func iceland(_ header: String) throws {
        func dialect(_ lines: String...) throws -> Dialect {
            try Telegram(text: ([header, ""] + lines + ["!", ""]).joined(separator: "\n")).dialect
        }
        #expect(try dialect("1-0:0.9.1(211309)", "1-0:0.9.2(240501)") == .iceland)
        #expect(try dialect("1-0:0.9.2(240501)", "0-0:1.0.0(240501211309S)") == .emucs)
        #expect(try dialect("1-0:0.9.2(240501)", "0-0:96.1.4(50217)") == .emucs)
        #expect(try dialect("1-0:0.9.1(211309)") == .emucs)
        #expect(try dialect() == .emucs)
    }
}
