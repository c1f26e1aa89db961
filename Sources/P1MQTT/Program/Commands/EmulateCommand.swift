import ArgumentParser
import Glibc
import P1MQTTEmulator
import P1MQTTMeter
import P1MQTTSystem
import UnixSignals

/// `p1mqtt emulate`: a smart meter without a meter, to try things out and to test with.
struct EmulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "emulate",
        abstract: "Sends the telegrams of an emulated smart meter.",
        discussion: """
            They go to standard output, to a pseudo-terminal that looks like a serial port (--pty), or to whoever \
            connects to a TCP port (--tcp). Ctrl-C ends it. With the keys of a meter they are encrypted.
            With --seed and --start-time the output is the same each time.
            """)

    @Option(help: ArgumentHelp("The kind of meter: \(EmulatorProfile.names.joined(separator: ", ")).", valueName: "name"))
    var profile = EmulatorSettings().profile

    @Option(help: ArgumentHelp("Reading of each electricity register in the first telegram.", valueName: "kWh"))
    var electricityOffset = EmulatorSettings().electricityOffset

    @Option(help: ArgumentHelp("What each further telegram adds to the register of the tariff in force.", valueName: "kWh"))
    var electricityIncrement = EmulatorSettings().electricityIncrement

    @Option(help: ArgumentHelp("Reading of the gas meter in the first telegram.", valueName: "m3"))
    var gasOffset = EmulatorSettings().gasOffset

    @Option(help: ArgumentHelp("What each new gas reading adds.", valueName: "m3"))
    var gasIncrement = EmulatorSettings().gasIncrement

    @Option(
        help: ArgumentHelp(
            "Time between telegrams. With 0 they go to standard output as fast as they are taken, 10 seconds of meter time apart.",
            valueName: "seconds"))
    var interval = EmulatorSettings().interval

    @Option(help: ArgumentHelp("Meter time between gas readings.", valueName: "seconds"))
    var intervalGas = EmulatorSettings().intervalGas

    @Option(help: "Makes the ids and the noise of voltage and current; each meter of --meters has the next one.")
    var seed: UInt64 = 0

    @Option(help: ArgumentHelp("Meter time of the first telegram, such as 2026-01-31T12:00:00Z; by default now.", valueName: "UTC"))
    var startTime: String?

    @Option(help: ArgumentHelp("Send the telegrams of this capture, again and again, instead of those of a profile.", valueName: "file"))
    var replay: String?

    @Option(
        name: .customLong("fault"), parsing: .singleValue,
        help: ArgumentHelp(
            "Something that goes wrong, such as '{\"type\": \"registerGlitch\", \"at\": 60, \"register\": \"gas\", \"value\": 0}'. "
                + "Types: \(EmulatorFault.FaultType.allCases.map(\.rawValue).joined(separator: ", ")). May be given several times.",
            valueName: "json"),
        transform: EmulatorFault.init(text:))
    var faults: [EmulatorFault] = []

    @Option(help: "End after this many telegrams (of each meter). Those that nobody reads do not count.")
    var count: Int?

    @Option(
        defaultAsFlag: "",
        help: ArgumentHelp("Open a pseudo-terminal, with a symbolic link to it if one is named.", valueName: "link"))
    var pty: String?

    @Option(help: ArgumentHelp("Listen on this port; 0 for one that is free.", valueName: "port"))
    var tcp: Int?

    @Option(help: "With --tcp: how many meters, on consecutive ports.")
    var meters = 1

    @Option(help: ArgumentHelp("With --tcp: the address to listen on; 0.0.0.0 for all.", valueName: "address"))
    var bind = "127.0.0.1"

    @OptionGroup var keys: KeyOptions

    /// Meters of one process; a limit of what can sensibly be asked for.
    static let maximumMeters = 20_000

    func validate() throws {
        if pty != nil, tcp != nil { throw ValidationError("--pty and --tcp exclude each other.") }
        if interval == 0, pty != nil || tcp != nil {
            throw ValidationError("--interval 0 is for standard output only: a line has a speed.")
        }
        if let count, count < 1 { throw ValidationError("--count must be 1 or more.") }
        guard (1...EmulateCommand.maximumMeters).contains(meters) else {
            throw ValidationError("--meters must be from 1 to \(EmulateCommand.maximumMeters).")
        }
        if meters > 1, tcp == nil { throw ValidationError("--meters needs --tcp.") }
        if let tcp, !(0...65535).contains(tcp) || tcp > 0 && tcp + meters - 1 > 65535 {
            throw ValidationError("--tcp: the ports must be from 1 to 65535.")
        }
        if let wrong = problem { throw ValidationError(wrong.description) }
    }

    /// What is wrong with the settings of the meter, but for its capture, which is read when it is needed.
    private var problem: EmulatorError? {
        do throws(EmulatorError) {
            _ = try EmulatorPlan(settings)
            return nil
        } catch {
            return error
        }
    }

    /// The settings as the configuration has them.
    var settings: EmulatorSettings {
        EmulatorSettings(
            profile: profile, electricityOffset: electricityOffset, electricityIncrement: electricityIncrement, gasOffset: gasOffset,
            gasIncrement: gasIncrement, interval: interval == 0 ? EmulatorSettings().interval : interval, intervalGas: intervalGas,
            seed: seed, startTime: startTime, replay: replay, faults: faults)
    }

    func run() async throws {
        // A reader that goes away is an error of `write`, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        let output = try makeOutput()
        let stop = WakeDescriptor()
        // Trapped before the first telegram: whoever has heard it may end the program cleanly.
        let signals = await UnixSignalsSequence(trapping: [.sigint, .sigterm])
        let result = await withTaskGroup { group in
            group.addTask {
                for await _ in signals { stop.wake() }
            }
            defer { group.cancelAll() }
            return await DedicatedThread.run(named: "emulator") { Result { () throws(EmulationError) in try output(stop) } }
        }
        if case .failure(let error) = result { throw EmulateCommand.failed(error.description) }
    }

    /// What is to run on the thread. It makes everything there, so that nothing is shared.
    private func makeOutput() throws -> @Sendable (WakeDescriptor) throws(EmulationError) -> Void {
        let now = Moment.now().utc
        let cipher = try keys.cipher()
        let first: EmulatedMeter
        do {
            first = try EmulatedMeter(settings, seed: seed, now: now, cipher: cipher)
        } catch {
            throw EmulateCommand.failed("\(error)")
        }
        let count = count
        if let pty {
            return { stop throws(EmulationError) in try EmulateCommand.speak(first, link: pty, count, until: stop) }
        }
        if let tcp {
            // Of the same capture all have the same telegrams; of a profile each has its own seed.
            let all = try (0..<meters).map {
                guard replay == nil else { return first }
                return EmulatedMeter(MeterScenario(try EmulatorPlan(settings), seed: seed &+ UInt64($0), now: now), cipher: cipher)
            }
            let host = bind
            return { stop throws(EmulationError) in try EmulateCommand.serve(all, host: host, port: tcp, count, until: stop) }
        }
        let pace = interval == 0 ? 0 : first.interval
        return { stop throws(EmulationError) in
            var stream = StreamEmulation(meter: first, descriptor: STDOUT_FILENO, interval: pace, count: count)
            try stream.run(until: stop)
        }
    }

    private static func speak(_ meter: EmulatedMeter, link: String, _ count: Int?, until stop: WakeDescriptor) throws(EmulationError) {
        let terminal = try MeterTerminal(link: link.isEmpty ? nil : link)
        StandardError.write("meter on \(terminal.path)" + (link.isEmpty ? "" : ", also \(link)"))
        var emulation = TerminalEmulation(meter, on: terminal, count: count)
        try emulation.run(until: stop)
        StandardError.write("\(emulation.sent) telegrams read, \(emulation.dropped) that nobody took")
    }

    private static func serve(
        _ meters: [EmulatedMeter], host: String, port: Int, _ count: Int?, until stop: WakeDescriptor
    ) throws(EmulationError) {
        DescriptorLimit.raise()
        let server = try TelegramServer(meters, host: host, port: port, count: count)
        let ports = server.ports
        if port != 0, let first = ports.first, let last = ports.last, first != last {
            StandardError.write("\(ports.count) meters on \(host), ports \(first) to \(last)")
        } else {
            for (index, port) in ports.enumerated() { StandardError.write("meter \(index + 1) on \(host), port \(port)") }
        }
        server.run(until: stop)
        if server.droppedReaders > 0 { StandardError.write("\(server.droppedReaders) readers dropped: too slow, or too many") }
    }

    private static func failed(_ text: String) -> ExitCode {
        StandardError.write("p1mqtt emulate: \(text)")
        return ExitCode(1)
    }
}
