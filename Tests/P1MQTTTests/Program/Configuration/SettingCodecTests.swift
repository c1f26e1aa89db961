import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTInput
@testable import P1MQTTMeter
@testable import P1MQTTSystem

@Suite("Setting codecs") struct SettingCodecTests {
    /// What a codec takes and what it refuses, as JSON texts.
    private func check<Value>(_ codec: SettingCodec<Value>, takes good: [String], refuses bad: [String]) throws {
        for text in good {
            #expect(codec.decode(try JSONReader.read(Array(text.utf8))) != nil, "\(text)")
        }
        for text in bad + ["[]", "{}", "null"] {
            #expect(codec.decode(try JSONReader.read(Array(text.utf8))) == nil, "\(text)")
        }
    }

    @Test("flags and numbers") func scalars() throws {
        try check(.flag, takes: ["true", "false"], refuses: ["\"true\"", "1", "0"])
        try check(
            SettingCodec<Int>.port, takes: ["1", "65535"], refuses: ["0", "65536", "1.0", "1e3", "\"1\""])
        try check(SettingCodec<Int>.port, takes: [], refuses: ["99999999999999999999", "-1", "true"])
        try check(SettingCodec<DataBits>.choice, takes: ["7", "8"], refuses: ["6", "\"7\""])
        try check(
            SettingCodec.integer(0...UInt64.max), takes: ["0", "18446744073709551615"], refuses: ["18446744073709551616", "-1", "1.5"])
        try check(
            SettingCodec.number(0...86400, unit: "seconds"), takes: ["0", "0.5", "8.64e4"],
            refuses: ["-0.1", "86401", "1e999", "\"1\""])
        #expect(SettingCodec.number(0.1...5, unit: "kW").allowed == "a number from 0.1 to 5 kW")
    }

    @Test("choices and automatics") func choices() throws {
        let crc: SettingCodec<ChecksumPolicy> = .choice
        try check(crc, takes: ["\"auto\"", "\"required\"", "\"off\""], refuses: ["\"Auto\"", "false", "\"\""])
        let parity: SettingCodec<Parity?> = .auto(.choice)
        #expect(parity.decode(.text("auto")) == .some(nil))
        #expect(parity.decode(.text("even")) == .even)
        #expect(parity.decode(.text("mark")) == nil)
        #expect(parity.encode(nil) == .text("auto"))
        #expect(parity.allowed == #""auto" or "none", "even", "odd""#)
    }

    @Test("hosts") func hosts() throws {
        try check(
            .host, takes: ["\"localhost\"", "\"10.0.0.1\"", "\"::1\"", "\"fe80::1%eth0\"", "\"core-mosquitto\""],
            refuses: [
                "\"\"", "\"1:2:3\"", "\"::1::\"", "\"mqtt://a\"", "\"a:1883\"", "\"a b\"", "\"user@host\"", "\"a/b\"", "\"[::1]\"", "1",
            ])
    }

    @Test("topics") func topics() throws {
        try check(
            .topic, takes: ["\"p1\"", "\"home/p1\"", "\"häuser\""],
            refuses: [
                "\"\"", "\"/\"", "\"/p1\"", "\"p1/\"", "\"a//b\"", "\"p1/#\"", "\"+\"", "\"$SYS\"", "\"a\\u0000\"", "\"a\\uffff\"",
            ])
        try check(.topic, takes: [], refuses: ["\"" + String(repeating: "a", count: 257) + "\"", "\"a\\n\""])
    }

    @Test("names of meters") func meterNames() throws {
        let long = String(repeating: "a", count: 64)
        try check(
            .meterName, takes: ["\"a\"", "\"Meter_1-x\"", "\"\(long)\""],
            refuses: ["\"\"", "\"a/b\"", "\"a b\"", "\"ä\"", "\"\(long)a\"", "\"a.b\"", "1"])
    }

    @Test("decimals keep their digits") func decimals() throws {
        let decimal = SettingCodec<FixedDecimal>.decimal(0...999_999, unit: "kWh")
        #expect(decimal.allowed == "a number from 0 to 999999 kWh, with at most 6 decimals")
        #expect(decimal.decode(.number("0.10"))?.description == "0.10")
        #expect(decimal.decode(.text("0012345.678"))?.description == "12345.678")
        let millionths = SettingCodec<Int64>.millionths(0...999_999, unit: "kWh")
        #expect(millionths.decode(.number("0.10")) == 100_000)
        #expect([100_000, 0, 12_000_000].map { millionths.encode($0).json } == ["0.1", "0", "12"])
        try check(
            millionths, takes: ["0", "0.1", "999998.999999", "999999", "\"1\""],
            refuses: ["-1", "1e2", "999999.000001", "0.1234567", "\"\"", "\".5\"", "\"5.\"", "\"1,5\"", "\"1.2.3\"", "\"x\""])
    }

    @Test(
        "offsets from UTC",
        arguments: [("+01:00", 60), ("-03:30", -210), ("Z", 0), ("+00:00", 0), ("+14:00", 840), ("-12:00", -720)])
    func offsets(_ text: String, _ minutes: Int) {
        let codec: SettingCodec<Int> = .utcOffset
        #expect(codec.decode(.text(text)) == minutes)
        #expect(codec.decode(codec.encode(minutes)) == minutes)
    }

    @Test("what is no offset from UTC") func badOffsets() throws {
        let codec: SettingCodec<Int> = .utcOffset
        try check(
            codec, takes: [],
            refuses: ["\"01:00\"", "\"+1:00\"", "\"+01:60\"", "\"+14:01\"", "\"-12:01\"", "\"+0100\"", "60", "\"z\""])
        #expect(codec.encode(-210) == .text("-03:30"))
    }

    @Test("seconds are milliseconds") func seconds() throws {
        let codec = SettingCodec<Int64>.seconds(1...86_400_000)
        #expect(codec.allowed == "a number from 0.001 to 86400 seconds")
        for (text, milliseconds) in [("0.001", 1), ("0.5", 500), ("86400", 86_400_000), ("1e1", 10_000)] as [(String, Int64)] {
            #expect(codec.decode(.number(text)) == milliseconds)
        }
        #expect(codec.encode(2500).json == "2.5")
        try check(codec, takes: ["86399.9996"], refuses: ["0", "0.0009", "86400.0001", "-1", "1e999", "\"1\""])
    }

    @Test("times in UTC") func times() throws {
        let codec = SettingCodec<Int64>.utcTime
        #expect(codec.decode(.text("2026-01-31T12:00:00Z")) == 1_769_860_800)
        #expect(codec.encode(1_769_860_800).json == "\"2026-01-31T12:00:00.000Z\"")
        try check(
            codec,
            takes: ["\"2026-11-23T16:46:00Z\"", "\"2024-02-29T00:00:00.5Z\"", "\"2099-12-31T23:59:59.123456789Z\""],
            refuses: [
                "\"2026-11-23T16:46:00\"", "\"2026-11-23 16:46:00Z\"", "\"2026-11-23T16:46:00+01:00\"",
                "\"2025-02-29T00:00:00Z\"", "\"2026-13-01T00:00:00Z\"", "\"2026-04-31T00:00:00Z\"",
                "\"2026-11-23T24:00:00Z\"", "\"2026-11-23T16:60:00Z\"", "\"2026.11-23T16:46:00Z\"",
                "\"1999-11-23T16:46:00Z\"", "\"2100-01-01T00:00:00Z\"", "\"2026-11-23T16:46:00.Z\"", "\"2026-11-23T16:46:00xZ\"", "\"Z\"",
                "\"\"",
                "\"2026-00-23T16:46:00Z\"", "\"2026-11-00T16:46:00Z\"", "1700000000",
            ])
    }

    @Test("keys and passwords") func secrets() throws {
        let key = "00112233445566778899AABBCCDDEEFF"
        try check(
            SettingCodec<MeterKey>.key, takes: ["\"\(key)\""], refuses: ["\"\(key)0\"", "\"\(key.dropLast())g\"", "1", "\"\""])
        try check(SettingCodec.secret, takes: ["\"a b\""], refuses: ["\"\"", "1", "\"a\\u0000\""])
        try check(SettingCodec.secret, takes: [], refuses: ["\"" + String(repeating: "a", count: 65536) + "\""])
        #expect(SettingCodec.secret.encode(Secret("hidden")) == .text("(secret)"))
    }
}
