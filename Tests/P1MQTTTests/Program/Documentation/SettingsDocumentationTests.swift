import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

@Suite("Documentation of the settings") struct SettingsDocumentationTests {
    @Test("has a row for each setting") func rows() {
        let lines = SettingsDocumentation.table.split(separator: "\n")
        #expect(lines.count == DocumentedSetting.all.count + 2)
        // Five cells; an unescaped bar would make more.
        #expect(lines.allSatisfy { $0.count { $0 == "|" } == 6 })
        #expect(
            lines.contains(
                "| `mqtt.port` | a whole number from 1 to 65535 | `1883` | `P1MQTT_MQTT_PORT` | "
                    + "Port of the broker; usually 8883 with TLS. |"))
        #expect(
            lines.contains {
                $0.hasPrefix(
                    "| `meters[].source.path` | a path | required | `P1MQTT_METERS_0_SOURCE_PATH` | (`serial`) ")
            })
        #expect(
            lines.contains {
                $0.hasPrefix("| `meters[].source.electricityIncrement` ") && $0.contains(" | `0.1` | ")
            })
    }

    @Test("says each setting once for each type of source") func unique() {
        let rows = DocumentedSetting.all
        #expect(Set(rows.map { "\($0.path) \(String(describing: $0.sourceType))" }).count == rows.count)
        #expect(rows.allSatisfy { $0.meaning.hasSuffix(".") && !$0.allowed.isEmpty })
    }

    @Test("defaults are allowed values") func defaults() throws {
        for row in SettingsTable.general {
            var settings = Settings()
            let standard = row.held(settings)
            #expect(standard == .null || row.read(standard, &settings), "\(row.path)")
            #expect(settings == Settings(), "\(row.path)")
        }
        for type in SourceType.allCases {
            for row in SettingsTable.meter(type) {
                var draft = MeterDraft()
                let standard = row.held(draft)
                #expect(standard == .null || row.read(standard, &draft), "\(row.path)")
            }
        }
    }
}
