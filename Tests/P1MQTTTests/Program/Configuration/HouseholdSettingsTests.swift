import Testing
@testable import P1MQTT
@testable import P1MQTTEmulator
@testable import P1MQTTMeter

@Suite("Settings of a household") struct HouseholdSettingsTests {
    private let setting = SettingCodec<HouseholdSettings?>.household

    @Test(
        "is nobody, a home as most are, or one with what is said of it",
        arguments: [
            ("false", nil), ("true", HouseholdSettings(solar: 4_000_000, gas: true)), ("{}", HouseholdSettings()),
            (#"{"solar": 0}"#, HouseholdSettings(solar: 0)), (#"{"solar": 4.0, "gas": true}"#, HouseholdSettings()),
            (#"{"gas": false, "solar": null}"#, HouseholdSettings(gas: false)),
            (#"{"solar": 7.25, "gas": false}"#, HouseholdSettings(solar: 7_250_000, gas: false)),
        ] as [(String, HouseholdSettings?)]) func reads(_ json: String, _ expected: HouseholdSettings?) throws
    {
        let source = #"{"meters": [{"source": {"type": "emulator", "household": \#(json)}}]}"#
        #expect(try loadSettings(source).settings.meters[0].source == .emulator(EmulatorSettings(household: expected)))
        let environment = ["P1MQTT_METERS_0_SOURCE_TYPE": "emulator", "P1MQTT_METERS_0_SOURCE_HOUSEHOLD": json]
        #expect(try loadSettings(environment: environment).settings.meters[0].source == .emulator(EmulatorSettings(household: expected)))
        #expect(setting.decode(setting.encode(expected)) == .some(expected))
    }

    @Test(
        "what it cannot be is refused, with the reason",
        arguments: [
            (#"{"solar": 31}"#, "is an object: solar is 31; "), (#"{"solar": "4"}"#, nil), (#"{"gas": 1}"#, "is an object: gas is 1; "),
            (#"{"wind": 2}"#, "is an object: wind is 2; "), ("4", "is 4; "), (#""yes""#, #"is "yes"; "#), ("[]", "is a list; "),
            (#"{"solar": -1}"#, "is an object: solar is -1; "),
        ] as [(String, String?)]) func refuses(_ json: String, _ problem: String?) throws
    {
        let problems = try settingsProblems(#"{"meters": [{"source": {"type": "emulator", "household": \#(json)}}]}"#)
        guard let problem else { return }
        #expect(
            problems == [
                "config.json: meters[0].source.household \(problem)allowed: true, false, or an object with `solar` "
                    + "(a number from 0 to 30 kWp, with at most 6 decimals; 0 for none) and `gas` (true or false)"
            ])
    }
}
