import Foundation
import Testing
@testable import P1MQTT
@testable import P1MQTTInput
@testable import P1MQTTMeter

@Suite("config.example.json") struct ExampleConfigurationTests {
    private let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../../config.example.json").standardized.path

    @Test("is the defaults and one serial meter") func loads() throws {
        let loaded = try LoadedSettings(
            explicitPath: path, environment: [:], flags: [])
        var expected = Settings()
        expected.meters = [MeterSettings(source: .serial(SerialSettings(path: "/dev/serial/by-id/*")))]
        #expect(loaded.settings == expected)
        #expect(loaded.warnings.isEmpty)
    }

    @Test("holds every setting with its default, in the order of the documentation") func complete() throws {
        let rows = DocumentedSetting.all.filter { $0.sourceType == nil || $0.sourceType == .serial }
        let leaves = leaves(try JSONReader.read(Array(try Data(contentsOf: URL(fileURLWithPath: path)))), at: "")
        #expect(Set(leaves.map(\.path)) == Set(rows.map(\.path) + ["$schema"]))
        for (path, value) in leaves where !["meters[].source.path", "$schema"].contains(path) {
            #expect(value == rows.first { $0.path == path }?.standard, "\(path)")
        }
    }

    @Test("names its schema, which it obeys as long as nothing in it is wrong") func schema() throws {
        let validator = SchemaValidator(schema: try JSONReader.read(Array(ConfigurationSchema.text.utf8)))
        let example = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
        #expect(example.contains(#""$schema": "docs/config.schema.json""#))
        #expect(validator.faults(in: try JSONReader.read(Array(example.utf8))).isEmpty)
        for (right, wrong) in [
            (#""port": 1883"#, #""port": 0"#), (#""version": "3.1.1""#, #""version": "4""#), (#""qos": 0"#, #""qos": "0""#),
            (#""type": "serial""#, #""type": "tcp""#), (#""baudRate": "auto""#, #""baudRate": "fast""#), (#""keepAlive""#, #""keepalive""#),
        ] {
            try #require(example.contains(right), "\(right)")
            let tree = try JSONReader.read(Array(example.replacing(right, with: wrong).utf8))
            #expect(!validator.faults(in: tree).isEmpty, "\(wrong)")
        }
    }

    private func leaves(_ tree: JSONTree, at path: String) -> [(path: String, value: JSONTree)] {
        switch tree {
        case .object(let members):
            members.flatMap { leaves($0.value, at: path.isEmpty ? $0.name : "\(path).\($0.name)") }
        case .array(let items): items.flatMap { leaves($0, at: path + "[]") }
        default: [(path, tree)]
        }
    }
}
