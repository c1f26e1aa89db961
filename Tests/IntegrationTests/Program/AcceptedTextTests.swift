import CMosquitto
import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

/// What the configuration takes as a topic or a text of MQTT, libmosquitto takes too.
@Suite("Texts that are accepted are those of MQTT") struct AcceptedTextTests {
    @Test("each character, alone and in a topic") func characters() {
        for value in Array(0...0x3000) + Array(0xD7FF...0xE001) + Array(0xFDC0...0x1_0010) + [0x1_FFFE, 0x10_FFFD, 0x10_FFFF] {
            guard let scalar = Unicode.Scalar(UInt32(value)) else { continue }
            let text = "a\(Character(scalar))b"
            if SettingCodec.text(upTo: 128).decode(.text(text)) != nil {
                #expect(mosquitto_validate_utf8(text, CInt(text.utf8.count)) == MOSQ_ERR_SUCCESS.rawValue, "\(value)")
            }
            if SettingCodec.topic.decode(.text(text)) != nil {
                #expect(mosquitto_pub_topic_check(text) == MOSQ_ERR_SUCCESS.rawValue, "\(value)")
                #expect(mosquitto_validate_utf8(text, CInt(text.utf8.count)) == MOSQ_ERR_SUCCESS.rawValue, "\(value)")
            }
        }
    }
}
