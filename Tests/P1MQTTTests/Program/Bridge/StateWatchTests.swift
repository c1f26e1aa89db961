import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTMeter
@testable import P1MQTTSystem

@Suite("What the broker keeps of the state, and the truth") struct StateWatchTests {
    private let state = "p1/bridge/state"
    private let meter = "p1/availability"

    private func at(_ milliseconds: Int64) -> Moment { Moment(monotonic: milliseconds, utc: 0) }

    private func watch(_ names: [String?] = [nil]) -> StateWatch {
        StateWatch(BridgeTopics(prefix: "p1"), meters: names.map { MeterTopics(bridgePrefix: "p1", meterName: $0) })
    }

    private func message(_ topic: String, _ text: String, isRetained: Bool = false) -> BrokerMessage {
        BrokerMessage(topic: topic, payload: Array(text.utf8), isRetained: isRetained)
    }

    /// The topics that are put right, with what is said on them.
    private func corrections(_ watch: inout StateWatch, at time: Int64, _ truth: [String: Bool] = [:]) -> [String] {
        watch.corrections(at: at(time)) { truth[$0] }.map { "\($0.topic)=\($0.text)" }
    }

    // MARK: - At the start

    @Test("at the start a meter of which nothing is known is offline where the broker has it as online; nothing else is touched")
    func leftBehind() {
        var watch = watch([nil, "attic"])
        for (topic, text) in [
            (state, "online"), (meter, "online"), ("p1/mbus/1/availability", "online"), ("p1/mbus/2/availability", "offline"),
            ("p1/attic/mbus/4/availability", "online"), ("p1/cellar/availability", "online"), ("p1/mbus/7/availability", "online"),
        ] {
            watch.note(message(topic, text, isRetained: true), at: at(0))
        }
        #expect(
            watch.leftBehind { _ in nil } == [
                .availability("p1/attic/mbus/4/availability", isOnline: false), .availability("p1/availability", isOnline: false),
                .availability("p1/mbus/1/availability", isOnline: false),
            ])
        #expect(watch.leftBehind { $0 == "p1/mbus/1/availability" ? nil : true }.map(\.topic) == ["p1/mbus/1/availability"])
    }

    // MARK: - Later

    @Test("what somebody writes for a meter that may appear and is not there is put right and not kept") func foreign() {
        let fleet = FleetNames(prefix: "p1", maximum: 10)
        var watch = StateWatch(BridgeTopics(prefix: "p1"), meters: [], fleet: fleet)
        for topic in ["p1/attic/availability", "p1/cellar/availability"] { watch.note(message(topic, "online"), at: at(0)) }
        let said = watch.corrections(at: at(1000)) { $0 == "p1/cellar/availability" ? false : nil }
        #expect(said.map(\.topic) == ["p1/attic/availability", "p1/cellar/availability"])
        #expect(said.map(\.kind) == [.passing, .availability] && said.allSatisfy { $0.text == "offline" && $0.retain })
    }

    @Test("what others change is put right a second later, and at most once in ten seconds") func corrects() {
        var watch = watch()
        #expect(watch.due == nil)
        watch.note(message(state, "offline"), at: at(5000))
        watch.note(message(meter, "offline"), at: at(5900))
        #expect(watch.due == 6000)
        #expect(corrections(&watch, at: 5999, [meter: true]).isEmpty)
        #expect(corrections(&watch, at: 6000, [meter: true]) == ["p1/availability=online", "p1/bridge/state=online"])
        #expect(watch.due == nil)
        watch.note(message(state, "offline"), at: at(6500))
        #expect(watch.due == 16_000)
        #expect(corrections(&watch, at: 15_999).isEmpty)
        #expect(corrections(&watch, at: 16_000) == ["p1/bridge/state=online"])
    }

    @Test("the correction of the state has the kind of the state: it comes first after a connect") func kind() {
        var watch = watch()
        watch.note(message(state, ""), at: at(0))
        #expect(watch.corrections(at: at(1000)) { _ in nil } == [.availability(state, isOnline: true, kind: .bridge)])
    }

    @Test("our own messages, which come back late and in order, are no others'") func own() {
        var watch = watch()
        watch.note(message(meter, "online"), at: at(0))
        // The truth is newer than what has come back.
        watch.note(message(meter, "offline"), at: at(900))
        #expect(corrections(&watch, at: 1000, [meter: false]).isEmpty)
        // Which costs no pause.
        watch.note(message(meter, "online"), at: at(1500))
        #expect(corrections(&watch, at: 2500, [meter: false]) == ["p1/availability=offline"])
    }

    @Test("a meter that is not known is offline, whoever says otherwise; what is deleted is put back where something is there")
    func unknown() {
        var watch = watch()
        for (topic, text) in [(meter, ""), ("p1/mbus/1/availability", ""), ("p1/mbus/2/availability", "online")] {
            watch.note(message(topic, text), at: at(0))
        }
        #expect(corrections(&watch, at: 1000, [meter: true]) == ["p1/availability=online", "p1/mbus/2/availability=offline"])
    }

    // MARK: - Others

    @Test("while another instance lives nothing is put right; when the state says offline it has gone, and all of it is") func others() {
        var watch = watch()
        watch.note(message(meter, "offline"), at: at(0))
        watch.met("other")
        #expect(watch.due == nil)
        watch.note(message("p1/mbus/1/availability", "online"), at: at(60_000))
        #expect(corrections(&watch, at: 100_000, [meter: true]).isEmpty)
        // What was retained is no word of now.
        watch.note(message(state, "offline", isRetained: true), at: at(110_000))
        #expect(watch.due == nil)
        watch.note(message(state, "offline"), at: at(120_000))
        #expect(
            corrections(&watch, at: 121_000, [meter: true]) == [
                "p1/availability=online", "p1/bridge/state=online", "p1/mbus/1/availability=offline",
            ])
        watch.met("other")
        watch.note(message(meter, "offline"), at: at(130_000))
        #expect(watch.due == nil)
    }

    @Test("a connection that ends takes what was heard with it: all state is sent with the next one") func disconnected() {
        var watch = watch()
        watch.note(message(state, "offline"), at: at(0))
        watch.disconnected()
        #expect(watch.due == nil)
        watch.note(message(state, "online"), at: at(5000))
        #expect(corrections(&watch, at: 6000).isEmpty)
    }

    // MARK: - Topics

    @Test("listens to each meter by its name, or to all of many") func filters() {
        #expect(watch().filters == ["p1/bridge/state", "p1/availability", "p1/mbus/+/availability"])
        #expect(watch(["a"]).filters == ["p1/bridge/state", "p1/a/availability", "p1/a/mbus/+/availability"])
        #expect(
            watch([nil] + (0..<17).map { "m\($0)" }).filters == [
                "p1/bridge/state", "p1/availability", "p1/mbus/+/availability", "p1/+/availability", "p1/+/mbus/+/availability",
            ])
    }
}
