import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

/// The table in docs/metrics.md.
enum MetricsDocumentation {
    static var table: String {
        let rows = MetricFamily.all.map { "| `\($0.name)` | \($0.kind.rawValue) | \($0.label.map { "`\($0)`" } ?? "") | \($0.help) |" }
        return (["| metric | type | label | meaning |", "| --- | --- | --- | --- |"] + rows).map { $0 + "\n" }.joined()
    }
}

@Suite("docs/metrics.md: what it says of the program") struct MetricsDocumentationTests {
    @Test("each metric that is not of the table stands on the page, and no other") func names() throws {
        let text = MetricsPageTests.text(MetricsPageTests.page([MetricsPageTests.meter("house")]))
        let made = Set(text.matches(of: /# TYPE (\S+)/).map { String($0.output.1) })
        let page = try DocumentedPage("docs/metrics.md").text
        let named = Set(page.matches(of: /\b(?:p1mqtt|process)_[a-z_]+[a-z]\b/).map { String($0.output) })
        #expect(made == named)
        let known = Set(MetricFamily.all.map(\.name))
        for name in Set(page.matches(of: /\bp1_[a-z0-9_]+[a-z0-9]\b/).map({ String($0.output) })) {
            #expect(known.contains(name), "\(name)")
        }
    }
}
