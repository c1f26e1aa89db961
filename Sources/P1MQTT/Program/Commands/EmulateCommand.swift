import ArgumentParser
import Glibc
import P1MQTTEmulator
import P1MQTTInput
import P1MQTTMeter
import P1MQTTSystem
import SystemPackage

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
    var profile = EmulateCommand.standard("profile")

    @Option(help: ArgumentHelp("Reading of each electricity register in the first telegram.", valueName: "kWh"))
    var electricityOffset = EmulateCommand.standard("electricityOffset")

    @Option(help: ArgumentHelp("What each further telegram adds to the register of the tariff in force.", valueName: "kWh"))
    var electricityIncrement = EmulateCommand.standard("electricityIncrement")

    @Option(help: ArgumentHelp("Reading of the gas meter in the first telegram.", valueName: "m3"))
    var gasOffset = EmulateCommand.standard("gasOffset")

    @Option(help: ArgumentHelp("What each new gas reading adds.", valueName: "m3"))
    var gasIncrement = EmulateCommand.standard("gasIncrement")

    @Option(
        help: ArgumentHelp(
            "Time between telegrams. With 0 they go to standard output as fast as they are taken, 10 seconds of meter time apart.",
            valueName: "seconds"))
    var interval = EmulateCommand.standard("interval")

    @Option(help: ArgumentHelp("Meter time between gas readings.", valueName: "seconds"))
    var intervalGas = EmulateCommand.standard("intervalGas")

    @Flag(help: "A home with a day of appliances, sun, clouds and heating; registers and peaks follow from the power, not the increments.")
    var household = false

    @Option(help: ArgumentHelp("With --household: peak power of its solar panels; 0 for none. By default 4.", valueName: "kWp"))
    var solar: String?

    @Option(help: "Makes the ids, the noise and the household; each meter of --meters has the next one.")
    var seed: UInt64 = 0

    @Option(help: ArgumentHelp("Meter time of the first telegram, such as 2026-01-31T12:00:00Z; by default now.", valueName: "UTC"))
    var startTime: String?

    @Option(
        help: ArgumentHelp(
            "Send the telegrams of this capture (- for standard input), again and again, instead of those of a profile.", valueName: "file")
    )
    var replay: String?

    @Option(
        name: .customLong("fault"), parsing: .singleValue,
        help: ArgumentHelp(
            "Something that goes wrong, such as '{\"type\": \"registerGlitch\", \"at\": 60, \"register\": \"gas\", \"value\": 0}'. "
                + "Types: \(EmulatorFault.TypeName.allCases.map(\.rawValue).joined(separator: ", ")). May be given several times.",
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
        if isUnpaced, pty != nil || tcp != nil {
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
        if replay != nil, !faults.allSatisfy(\.isOnLine) {
            throw ValidationError("--fault: the telegrams of --replay can have bitErrors, cut and silent only.")
        }
        if household, replay != nil { throw ValidationError("--household and --replay exclude each other.") }
        if solar != nil, !household { throw ValidationError("--solar needs --household.") }
        _ = try settings()
    }

    /// Telegrams go out as fast as they are taken.
    private var isUnpaced: Bool { Double(interval) == 0 }

    /// The settings as the configuration has them, but for the capture.
    func settings() throws -> EmulatorSettings {
        var draft = SourceDraft()
        let options = [
            ("profile", profile), ("electricityOffset", electricityOffset), ("electricityIncrement", electricityIncrement),
            ("gasOffset", gasOffset), ("gasIncrement", gasIncrement), ("intervalGas", intervalGas),
            ("interval", isUnpaced ? EmulateCommand.standard("interval") : interval), ("startTime", startTime),
            ("household", householdText),
        ]
        for (path, text) in options {
            guard let text else { continue }
            let setting = EmulateCommand.setting(path)
            guard setting.read(setting.value(of: text), &draft) else {
                throw ValidationError("\(path) is \(JSONTree.text(text).shown); allowed: \(setting.allowed)")
            }
        }
        draft.emulator.seed = seed
        draft.emulator.faults = faults
        return draft.emulator
    }

    /// The household as the configuration has it.
    private var householdText: String? {
        guard household else { return nil }
        return solar.map { "{\"solar\": \($0)}" } ?? "true"
    }

    private static func setting(_ path: String) -> Setting<SourceDraft> {
        guard let setting = SettingsTable.source(.emulator).first(where: { $0.path == path }) else {
            preconditionFailure("the emulator has no setting \(path)")
        }
        return setting
    }

    private static func standard(_ path: String) -> String {
        switch setting(path).held(SourceDraft()) {
        case .text(let text): text
        case let other: other.json
        }
    }

    func run() async throws {
        // A reader that goes away is an error of `write`, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        let output = try makeOutput()
        let failure = await DedicatedThread.runUntilSignal(named: "emulator") { stop -> OutputError? in
            do throws(OutputError) {
                try output(stop)
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw EmulateCommand.failed(failure.description) }
    }

    /// What is to run on the thread. It makes everything there, so that nothing is shared.
    private func makeOutput() throws -> @Sendable (WakeDescriptor) throws(OutputError) -> Void {
        let now = Moment.now().utc
        let cipher = try keys.cipher()
        var settings = try settings()
        if let replay { settings.replay = try EmulateCommand.capture(replay) }
        let first = EmulatedMeter(settings, seed: seed, now: now, cipher: cipher)
        let count = count
        if let pty {
            return { stop throws(OutputError) in try EmulateCommand.speak(first, link: pty, count, until: stop) }
        }
        if let tcp {
            let all = (0..<meters).map { EmulatedMeter(settings, seed: seed &+ UInt64($0), now: now, cipher: cipher) }
            let host = bind
            return { stop throws(OutputError) in try EmulateCommand.serve(all, host: host, port: tcp, count, until: stop) }
        }
        let pace = isUnpaced ? 0 : first.interval
        return { stop throws(OutputError) in
            var stream = StreamEmulation(meter: first, descriptor: .standardOutput, interval: pace, count: count)
            try stream.run(until: stop)
        }
    }

    private static func speak(_ meter: EmulatedMeter, link: String, _ count: Int?, until stop: WakeDescriptor) throws(OutputError) {
        let terminal = try MeterTerminal(link: link.isEmpty ? nil : link)
        StandardError.write("meter on \(terminal.path)" + (link.isEmpty ? "" : ", also \(link)"))
        var emulation = TerminalEmulation(meter, on: terminal, count: count)
        try emulation.run(until: stop)
        StandardError.write("\(emulation.sent) telegrams read, \(emulation.dropped) that nobody took")
    }

    private static func serve(
        _ meters: [EmulatedMeter], host: String, port: Int, _ count: Int?, until stop: WakeDescriptor
    ) throws(OutputError) {
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

    private static func capture(_ path: String) throws -> ReplayCapture {
        var bytes: [UInt8] = []
        do {
            try CaptureFile.read(path) { bytes += $0 }
        } catch {
            throw ExitCode(1)
        }
        guard let capture = ReplayCapture(path: path, bytes: bytes) else {
            throw failed("there is no telegram in \(path == "-" ? "standard input" : path); a capture holds the bytes of a P1 port")
        }
        return capture
    }

    private static func failed(_ text: String) -> ExitCode {
        StandardError.write("p1mqtt emulate: \(text)")
        return ExitCode(1)
    }
}
