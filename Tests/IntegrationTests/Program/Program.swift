import Foundation
@testable import P1MQTT
@testable import P1MQTTSystem

/// The real executable in a folder of its own, with an environment that has nothing of the test's own.
final class Program: @unchecked Sendable {
    // Sendable: a test drives its program from one task at a time.
    let folder: URL
    let process: pid_t
    private var status: CInt?

    /// Starts it.
    /// - Parameters:
    ///   - arguments: without the name of the program.
    ///   - configuration: what `config.json` in its folder holds; it is found there without a flag.
    ///   - files: further files of that folder, by name.
    ///   - input: bytes on standard input; without them it is empty.
    ///   - wrapper: a command that becomes the program: its arguments are followed by those of the program.
    init(
        _ arguments: [String], configuration: String? = nil, environment: [String: String] = [:], files: [String: [UInt8]] = [:],
        input: [UInt8] = [], wrapper: [String] = []
    ) throws {
        let path = try Self.path()
        folder = try temporaryFolder()
        var files = files
        files["config.json"] = configuration.map { Array($0.utf8) }
        files["stdin"] = input
        for (name, bytes) in files {
            let file = folder.appendingPathComponent(name)
            try Data(bytes).write(to: file)
            // The program refuses secrets that everybody can read.
            chmod(file.path, 0o600)
        }
        process = try Self.spawn(wrapper + [path] + arguments, environment, in: folder)
    }

    deinit {
        if status == nil {
            kill(process, SIGKILL)
            waitpid(process, nil, 0)
        }
        try? FileManager.default.removeItem(at: folder)
    }

    /// Beside the bundle of the tests, where the build puts both.
    static func path() throws -> String {
        // The bundle is the program that runs.
        guard let bundle = SystemFile.linkTarget("/proc/self/exe") else {
            throw MosquittoBroker.Failure(description: "the bundle of the tests cannot be found")
        }
        let path = URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("p1mqtt").path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw MosquittoBroker.Failure(description: "\(path) is missing: run `swift build` before these tests")
        }
        return path
    }

    private static func spawn(_ arguments: [String], _ environment: [String: String], in folder: URL) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (descriptor, name) in ["stdin", "stdout", "stderr"].enumerated() {
            let file = folder.appendingPathComponent(name).path
            posix_spawn_file_actions_addopen(
                &actions, CInt(descriptor), file, descriptor == 0 ? O_RDONLY : O_WRONLY | O_CREAT | O_APPEND, 0o600)
        }
        // The options of a sanitizer say where the program is to put what it finds: see `make sanitize`.
        let sanitizer = ProcessInfo.processInfo.environment.filter { ["TSAN_OPTIONS", "ASAN_OPTIONS", "LSAN_OPTIONS"].contains($0.key) }
        let clean = ["PATH": "/usr/bin:/bin", "HOME": folder.path].merging(sanitizer) { $1 }.merging(environment) { $1 }
        // The shell goes to the folder and becomes the program: same process, same descriptors.
        let shell = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", folder.path]
        var argv = (shell + arguments).map { strdup($0) } + [nil]
        var variables = clean.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (argv + variables).forEach { free($0) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, shell[0], &actions, nil, &argv, &variables)
        guard code == 0 else { throw MosquittoBroker.Failure(description: "\(arguments[0]): errno \(code)") }
        return process
    }

    // MARK: - What it says

    /// Standard output so far.
    var output: String { text("stdout") }
    /// Standard error so far: the log.
    var log: String { text("stderr") }
    var logLines: [String] { log.split(separator: "\n").map(String.init) }

    func logLines(with part: String) -> [String] { logLines.filter { $0.contains(part) } }

    private func text(_ name: String) -> String {
        let file = folder.appendingPathComponent(name).path
        return FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    func waitForLog(_ part: String, within limit: Duration = .seconds(30)) async throws {
        try await eventually("\(part) in the log:\n\(self.log)", within: limit) {
            if log.contains(part) { return true }
            guard isRunning else { throw MosquittoBroker.Failure(description: "ended without \(part) in its log:\n\(log)") }
            return false
        }
    }

    // MARK: - Its life

    func signal(_ number: CInt) { kill(process, number) }

    var isRunning: Bool {
        if status != nil { return false }
        var code: CInt = 0
        guard waitpid(process, &code, WNOHANG) == process else { return true }
        // Exit code, or the negative number of the signal that ended it.
        status = code & 0x7F == 0 ? (code >> 8) & 0xFF : -(code & 0x7F)
        return false
    }

    /// Waits for its end; its exit code, or the negative number of the signal that ended it.
    @discardableResult
    func exit(within limit: Duration = .seconds(30)) async throws -> CInt {
        try await eventually("the end of the program; its log:\n\(self.log)", within: limit) { !isRunning }
        return status ?? -1
    }

    /// Runs it to its end.
    static func run(
        _ arguments: [String], configuration: String? = nil, environment: [String: String] = [:], files: [String: [UInt8]] = [:],
        input: [UInt8] = []
    ) async throws -> (code: CInt, output: String, log: String) {
        let program = try Program(arguments, configuration: configuration, environment: environment, files: files, input: input)
        let code = try await program.exit()
        return (code, program.output, program.log)
    }
}

extension Program {
    /// A running bridge without Home Assistant's discovery.
    /// - Parameters:
    ///   - port: of the broker on the loopback.
    ///   - meters: JSON of each.
    ///   - mqtt: further members of that section, each with a comma in front.
    ///   - more: further sections, each with a comma in front.
    static func bridge(
        port: Int, meters: [String], mqtt: String = "", more: String = "", files: [String: [UInt8]] = [:],
        environment: [String: String] = [:], wrapper: [String] = []
    ) throws -> Program {
        try Program(
            ["run"],
            configuration: """
                {"mqtt": {"host": "127.0.0.1", "port": \(port)\(mqtt)}, "homeAssistant": {"enabled": false}\(more),
                 "meters": [\(meters.joined(separator: ", "))]}
                """, environment: environment, files: files, wrapper: wrapper)
    }

    static func serial(_ path: String, name: String? = nil) -> String {
        "{\(named(name))\"source\": {\"type\": \"serial\", \"path\": \"\(path)\"}}"
    }

    static func tcp(_ port: Int, name: String? = nil) -> String {
        "{\(named(name))\"source\": {\"type\": \"tcp\", \"host\": \"127.0.0.1\", \"port\": \(port)}}"
    }

    static func file(_ path: String, name: String? = nil) -> String {
        "{\(named(name))\"source\": {\"type\": \"file\", \"path\": \"\(path)\"}}"
    }

    static func emulator(interval: Double = 0.2) -> String {
        "{\"source\": {\"type\": \"emulator\", \"interval\": \(interval)}}"
    }

    private static func named(_ name: String?) -> String { name.map { "\"name\": \"\($0)\", " } ?? "" }
}
