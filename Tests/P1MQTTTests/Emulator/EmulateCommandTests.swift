import ArgumentParser
import Testing
@testable import P1MQTT
@testable import P1MQTTEmulator

@Suite("p1mqtt emulate: its options")
struct EmulateCommandTests {
    private func parse(_ arguments: String) throws -> EmulateCommand {
        try EmulateCommand.parse(arguments.split(separator: " ").map(String.init))
    }

    @Test("without options the settings are the defaults, with a seed so that the id stays the same")
    func defaults() throws {
        var expected = EmulatorSettings()
        expected.seed = 0
        #expect(try parse("").settings() == expected)
        #expect(try parse("--interval 0").settings().interval == 10_000)
    }

    @Test("each option sets its setting")
    func all() throws {
        let command = try parse(
            "--profile be-emucs --electricity-offset 1 --electricity-increment 0.2 --gas-offset 3 --gas-increment 0.4 --interval 0.5 "
                + "--interval-gas 300 --seed 7 --start-time 2026-01-31T12:00:00Z --replay f")
        #expect(command.replay == "f")
        #expect(
            try command.settings()
                == EmulatorSettings(
                    profile: .named("be-emucs"), electricityOffset: 1_000_000, electricityIncrement: 200_000, gasOffset: 3_000_000,
                    gasIncrement: 400_000, interval: 500, gasInterval: 300_000, seed: 7, startTime: 1_769_860_800))
    }

    @Test("a household, with panels of another size")
    func household() throws {
        #expect(try parse("").settings().household == nil)
        #expect(try parse("--household").settings().household == HouseholdSettings(solar: 4_000_000, gas: true))
        #expect(try parse("--household --solar 2.5").settings().household == HouseholdSettings(solar: 2_500_000))
        #expect(try parse("--household --solar 0").settings().household?.solar == 0)
    }

    @Test(
        "--pty takes a link or none",
        arguments: [("--pty", ""), ("--pty --count 3", ""), ("--pty l", "l"), ("--count 3 --pty=l", "l"), ("--pty l --count 3", "l")])
    func terminal(_ arguments: String, _ link: String) throws {
        #expect(try parse(arguments).pty == link)
    }

    @Test(
        "what cannot be meant is refused",
        arguments: [
            "--pty --tcp 1", "--interval 0 --pty", "--interval 0 --tcp 0", "--interval -1", "--count 0", "--meters 2",
            "--tcp 65535 --meters 2",
            "--tcp 70000", "--tcp 0 --meters 0", "--profile x", "--gas-offset x", "--gas-offset 100000", "--electricity-increment 10000",
            "--start-time today", "extra", "--solar 4", "--household --solar 31", "--household --solar x", "--household --replay f",
            #"--replay f --fault {"type":"meterSwap","at":0}"#,
        ])
    func refused(_ arguments: String) {
        #expect(throws: (any Error).self) { try parse(arguments) }
    }
}
