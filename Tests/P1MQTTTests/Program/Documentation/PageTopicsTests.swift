import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

/// Topics that the pages name are those that the program publishes: people copy them.
@Suite("Topics on the pages") struct PageTopicsTests {
    private static let pages = [
        "README.md", "docs/topics.md", "docs/node-red.md", "docs/recipes.md", "docs/migrating.md",
        "docs/troubleshooting.md",
    ]

    /// Those of a meter without a name, below the default prefix.
    private static let published: Set<String> = {
        let topics = MeterTopics(bridgePrefix: "p1", meterName: nil)
        let values = DocumentLayout.shared.places.flatMap { ["p1/\($0.path)", "p1/\($0.path)/timestamp"] }
        let events = MeterEvent.Kind.allCases.map(topics.event)
        let ofBridge = ["state", "info", "topics", "health", "event"].map { "p1/bridge/" + $0 }
        return Set(values + events + ofBridge + [topics.document, topics.raw, topics.history, topics.availability])
    }()

    @Test("each is one that there is", arguments: pages) func exist(page: String) throws {
        let text = try DocumentedPage(page).text
        // Without those that stand for several: `p1/#`, `p1/event/...`, `p1/mbus/N/reading`.
        let named = text.matches(of: /\bp1\/[A-Za-z0-9]+(?:\/[A-Za-z0-9]+)*(?![A-Za-z0-9\/#+.:-])/).map { String($0.output) }
        #expect(!named.isEmpty)
        for topic in Set(named) where !topic.hasPrefix("p1/mbus/") {
            #expect(Self.published.contains(topic), "\(page) names \(topic)")
        }
    }
}
