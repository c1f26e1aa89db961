import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

@Suite("Topics of a meter") struct MeterTopicsTests {
    @Test("stand under the prefix, or under the name of the meter in it") func prefixes() {
        var unnamed = MeterTopics(bridgePrefix: "p1", meterName: nil)
        var named = MeterTopics(bridgePrefix: "house/p1", meterName: "shed")
        let slot = DocumentLayout.shared.slot("electricity/received/actual")
        #expect(unnamed.topic(of: slot) == "p1/electricity/received/actual")
        #expect(named.topic(of: slot) == "house/p1/shed/electricity/received/actual")
        #expect(named.topic(of: slot) == "house/p1/shed/electricity/received/actual")
        #expect(named.document == "house/p1/shed/json")
        #expect(named.raw == "house/p1/shed/raw")
        #expect(named.availability == "house/p1/shed/availability")
        #expect(unnamed.mbusAvailability(2) == "p1/mbus/2/availability")
        #expect(unnamed.unknown("1-0:99.99.99") == "p1/unknown/1-0:99.99.99")
    }
}
