import Foundation
import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTInput
@testable import P1MQTTMeter

/// The generated files in `docs` are up to date.
/// `UPDATE_README=1 swift test --filter GeneratedDocumentationTests` writes them.
@Suite("Generated documentation", .serialized) struct GeneratedDocumentationTests {
    private func expect(_ name: String, _ content: String) throws {
        try GeneratedFile.expect("docs/\(name)", content, suite: "GeneratedDocumentationTests")
    }

    @Test("the table of codes is that of the catalogue") func catalogue() throws {
        try expect(
            "codes.md",
            """
            # Codes

            Every OBIS code that is known, where its value goes, and what Home Assistant makes of it.

            `n` is an M-Bus channel or a relay, 1 to 4. The reading of an M-Bus meter is published under `mbus/n` and under the name of
            what it measures: `gas`, `water`, `heat`, `warmWater`, `cooling`, `heatCooling`, `heatCostAllocator` or `subElectricity`.
            Group F is absent or 255: any other names a past billing period. Electricity on channel 1 (`1-1`) means what it means on
            channel 0, and gives way to it.
            This table is generated; edit the catalogue instead.

            \(CatalogueDocumentation.table)
            """)
    }

    @Test("the schema of the configuration is that of the settings") func configuration() throws {
        try expect("config.schema.json", ConfigurationSchema.text)
    }

    @Test("the schema is that of the documents") func schema() throws {
        try expect("p1-json.schema.json", String(decoding: DocumentSchema.json(), as: UTF8.self) + "\n")
    }

    @Test("reads as Markdown: five cells, none of them broken") func cells() {
        let lines = CatalogueDocumentation.table.split(separator: "\n")
        #expect(lines.count == Catalogue.rows.count + Catalogue.exceptionRows.count + 2)
        #expect(lines.allSatisfy { $0.count { $0 == "|" } == 6 })
        #expect(
            lines.contains(
                "| `1-0:1.8.1` | `electricity/received/tariff1` | kWh | energy, total_increasing | Energy taken from the grid, tariff 1 |"))
    }
}

@Suite("Schema of the document") struct DocumentSchemaTests {
    private func faults(_ lines: [String]) throws -> [String] {
        try TelegramFixture.document(lines).schemaFaults()
    }

    @Test("holds for an empty telegram and for one with every code") func everyCode() throws {
        #expect(try faults([]) == [])
        #expect(try faults(Self.everyCode) == [])
        #expect(try TelegramFixture.document(Self.everyCodeOfIceland, header: "ISK5\\2MIE").schemaFaults() == [])
    }

    @Test("every code of the catalogue stands in that telegram") func complete() throws {
        let iceland = try TelegramFixture.telegram(Self.everyCodeOfIceland, header: "ISK5\\2MIE")
        let rows = Set((try TelegramFixture.telegram(Self.everyCode).readings + iceland.readings).map(\.row))
        let missing = Catalogue.rows.indices.filter { !rows.contains($0) }.map { Catalogue.rows[$0].codeText }
        #expect(missing == [])
    }

    /// A line for each row of the catalogue, as the kind of its quantity demands.
    static let everyCode = Catalogue.rows.indices.filter(Catalogue.isGeneral).map { line(of: Catalogue.rows[$0]) }
    static let everyCodeOfIceland =
        ["1-0:0.9.1(120000)", "1-0:0.9.2(240501)"]
        + Catalogue.rows.indices.filter { !Catalogue.isGeneral($0) }.map { line(of: Catalogue.rows[$0]) }

    private static func line(of row: CatalogueRow) -> String {
        let code = row.code.description
        let time = "(260703181000S)"
        let groups =
            switch row.quantity {
            case .meterReading: time + "(00001.000*m3)"
            case .meterProfile: "(260703181000)(00)(60)(1)(0-1:24.2.1)(m3)(00001.000)"
            case .peak: time + "(1.234*kW)"
            case .time: time
            case .clockPart: "(120000)"
            case .failureLog: "(1)(0-0:96.7.19)" + time + "(0000000240*s)"
            case .peakHistory: "(1)(1-0:1.6.0)(1-0:1.6.0)" + time + time + "(1.234*kW)"
            case .monthEnd, .loadProfile: "(1)(1-0:1.8.0)(0-0:96.10.7)" + time + "(1.5*kWh)(00)"
            case .limit: "(10.0*kVA)"
            case .currentLimit: "(025*A)(-020*A)"
            case .powerFactor: "(0.98)"
            case .deviceType: "(003)"
            case .digits: "(3534)"
            case .text, .identifier, .version, .message: "(4142)"
            case .tariff, .position, .count, .ratio: "(1)"
            default: "(1.0*\(row.quantity.unit?.rawValue ?? ""))"
            }
        return code + groups
    }

    @Test("holds whatever happens to the bytes of a telegram") func damage() throws {
        let bytes = TelegramFixture.bytes(Self.everyCode, hasChecksum: false)
        var random = SplitMix64(seed: 20_261_123)
        for _ in 0..<200 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...40, using: &random) {
                // Digits, brackets and signs, so that lines stay lines and only their content is wrong.
                let sign = Array("0123456789()*.,-: WS\u{0}".utf8).randomElement(using: &random) ?? 0
                damaged[Int.random(in: 20..<damaged.count - 4, using: &random)] = sign
            }
            var framer = Framer()
            var frames: [Frame] = []
            framer.feed(damaged.span) { if case .frame(let frame) = $0 { frames.append(frame) } }
            framer.finish { if case .frame(let frame) = $0 { frames.append(frame) } }
            for frame in frames {
                #expect(try Telegram(frame).document().schemaFaults() == [])
            }
        }
    }

    @Test("finds what does not belong there") func finds() throws {
        let validator = try SchemaValidator.document.get()
        func faults(_ json: String) throws -> [String] {
            validator.faults(in: try JSONReader.read(Array(json.utf8))).filter { !$0.contains("missing") }
        }
        #expect(try faults(#"{"electricty": {}}"#) == ["/electricty: is not in the schema"])
        #expect(try faults(#"{"electricity": {"numberOfPowerFailures": "4"}}"#).count == 1)
        #expect(try faults(#"{"electricity": {"received": {"actual": {"reading": 1, "unit": "W"}}}}"#).count == 1)
        #expect(try faults(#"{"timestamp": "yesterday"}"#) == ["/timestamp: \"yesterday\" is no time"])
        #expect(try faults(#"{"meterType": "x", "held": ["electricity/received/tariff1"]}"#) == [])
        #expect(validator.faults(in: .object([])).contains("/electricity: is missing"))
    }
}
