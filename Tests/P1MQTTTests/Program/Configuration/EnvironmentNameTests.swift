import Testing
@testable import P1MQTT

@Suite("Names of environment variables") struct EnvironmentNameTests {
    @Test(
        "follow from the path",
        arguments: [
            ("mqtt.topicPrefix", "P1MQTT_MQTT_TOPIC_PREFIX"), ("mqtt.tls.caFile", "P1MQTT_MQTT_TLS_CA_FILE"),
            ("meters[0].source.path", "P1MQTT_METERS_0_SOURCE_PATH"),
            ("meters[12].source.baudRate", "P1MQTT_METERS_12_SOURCE_BAUD_RATE"),
            ("homeAssistant.enabled", "P1MQTT_HOME_ASSISTANT_ENABLED"),
            ("meters[0].source.electricityOffset", "P1MQTT_METERS_0_SOURCE_ELECTRICITY_OFFSET"),
        ])
    func names(_ path: String, _ name: String) {
        #expect(EnvironmentName.of(path) == name)
        #expect(EnvironmentName.path(of: name) == path)
    }

    @Test("are there for every setting, and different") func complete() {
        let rows = DocumentedSetting.all
        #expect(rows.allSatisfy { EnvironmentName.path(of: $0.environmentName) != nil })
        #expect(Set(rows.map(\.environmentName)).count == Set(rows.map(\.path)).count)
    }

    @Test(
        "are nothing else",
        arguments: [
            "P1MQTT_", "P1MQTT_MQTT", "P1MQTT_METERS", "P1MQTT_METERS_0", "P1MQTT_METERS_00_NAME",
            "P1MQTT_METERS_X_NAME", "P1MQTT_METERS_-1_NAME", "P1MQTT_METERS_10000_NAME", "P1MQTT_METERS__NAME",
            "P1MQTT_METERS_99999999999999999999_NAME", "p1mqtt_mqtt_host",
        ])
    func others(_ name: String) {
        #expect(EnvironmentName.path(of: name) == nil)
    }

    @Test("are proposed for mistyped ones") func hints() {
        #expect(EnvironmentName.closest(to: "P1MQTT_MQTT_HOTS") == "P1MQTT_MQTT_HOST")
        #expect(EnvironmentName.closest(to: "P1MQTT_METERS_3_SOURCE_PAHT") == "P1MQTT_METERS_3_SOURCE_PATH")
    }
}
