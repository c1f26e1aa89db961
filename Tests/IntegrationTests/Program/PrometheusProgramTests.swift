import Foundation
import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

/// With Debian's Prometheus, which nobody has to have.
@Suite("The program: Prometheus", .ownThreads) struct PrometheusProgramTests {
    @Test("promtool finds nothing to say", .enabled(if: Prometheus.tool != nil, Comment(rawValue: Prometheus.absence)))
    func promtool() async throws {
        let tool = try #require(Prometheus.tool)
        let port = try freePort()
        let profiles = ["nl-dsmr42", "nl-dsmr50", "be-emucs2", "lu-smarty", "lt-eso", "at-t210dr", "se-h1", "nl-warmtelink", "hu"]
        let program = try await MetricsProgramTests.bridge(
            port, meters: profiles.map { #"{"name": "\#($0)", "source": {"type": "emulator", "profile": "\#($0)", "interval": 0.2}}"# })
        var page = ""
        try await eventually("all meters; the log:\n\(program.log)") {
            page = try await MetricsProgramTests.get("/metrics", port).body
            return profiles.allSatisfy { page.contains("p1_timestamp_seconds{meter=\"\($0)\"}") }
        }
        let folder = try TemporaryFolder()
        let file = try folder.write(page, to: "page")
        let code = exitCode(of: try spawn([tool, "check", "metrics"], input: .file(file), output: folder.path("said")))
        #expect(code == 0 && folder.content("said").isEmpty, "\(folder.content("said"))")
    }

    @Test(
        "a real Prometheus reads it, and each query of the dashboard has an answer",
        .enabled(if: Prometheus.path != nil, Comment(rawValue: Prometheus.absence)), .timeLimit(.minutes(5)))
    func prometheus() async throws {
        let broker = try await MosquittoBroker.started()
        let port = try freePort()
        let program = try await MetricsProgramTests.bridge(port, meters: [MetricsProgramTests.household], broker: broker.port)
        let prometheus = try await Prometheus(target: port)
        try await eventually("it is read; \(prometheus.log)\(program.log)", within: .seconds(60)) {
            try await prometheus.value(#"up{job="p1mqtt"}"#) == "1"
        }
        try await eventually("samples of some seconds", within: .seconds(60)) {
            Int(try await prometheus.value("count_over_time(p1_derived_net_power_watts[1h])") ?? "") ?? 0 > 8
        }
        let dashboard = try JSONReader.read(
            Array(
                try Data(
                    contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                        .appendingPathComponent("../../../docs/grafana-dashboard.json"))))
        let expressions = Self.expressions(in: dashboard)
        #expect(expressions.count > 15)
        for expression in expressions {
            var query = expression
            for (variable, value) in [("$__rate_interval", "5s"), ("$__range", "1h"), ("$meter", ".*")] {
                query = query.replacing(variable, with: value)
            }
            #expect(!query.contains("$"), "\(query)")
            let result = try await prometheus.query(query)
            #expect(!result.isEmpty, "no answer to \(query)")
        }
    }

    /// What stands at each `expr`, and in the queries of variables.
    private static func expressions(in tree: JSONTree) -> [String] {
        switch tree {
        case .object(let members):
            members.flatMap { member in
                if case .text(let text) = member.value, member.name == "expr" { [text] } else { expressions(in: member.value) }
            }
        case .array(let items): items.flatMap { expressions(in: $0) }
        default: []
        }
    }
}
