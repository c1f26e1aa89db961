import Foundation
import TestSupport
@testable import P1MQTT
@testable import P1MQTTSystem

/// The real executable in a folder of its own, with an environment that has nothing of the test's own.
final class Program: @unchecked Sendable {
    // Sendable: a test drives its program from one task at a time.
    let folder: TemporaryFolder
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
        folder = try TemporaryFolder()
        var files = files
        files["config.json"] = configuration.map { Array($0.utf8) }
        files["stdin"] = input
        // The program refuses secrets that everybody can read.
        for (name, bytes) in files { try folder.write(bytes, to: name) }
        // The options of a sanitizer say where the program is to put what it finds: see `make sanitize`.
        let sanitizer = ProcessInfo.processInfo.environment.filter { ["TSAN_OPTIONS", "ASAN_OPTIONS", "LSAN_OPTIONS"].contains($0.key) }
        let clean = ["PATH": "/usr/bin:/bin", "HOME": folder.path].merging(sanitizer) { $1 }.merging(environment) { $1 }
        // The shell goes to the folder and becomes the program: same process, same descriptors.
        let shell = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", folder.path]
        process = try spawn(
            shell + wrapper + [path] + arguments, environment: clean, input: .file(folder.path("stdin")), output: folder.path("stdout"),
            errors: folder.path("stderr"))
    }

    deinit {
        if status == nil {
            kill(process, SIGKILL)
            exitCode(of: process)
        }
    }

    /// Beside the bundle of the tests, where the build puts both.
    static func path() throws -> String {
        // The bundle is the program that runs.
        guard let bundle = SystemFile.linkTarget("/proc/self/exe") else {
            throw SupportFailure("the bundle of the tests cannot be found")
        }
        let path = URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("p1mqtt").path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw SupportFailure("\(path) is missing: run `swift build` before these tests")
        }
        return path
    }

    // MARK: - What it says

    /// Standard output so far.
    var output: String { folder.content("stdout") }
    /// Standard error so far: the log.
    var log: String { folder.content("stderr") }
    var logLines: [String] { log.split(separator: "\n").map(String.init) }

    func logLines(with part: String) -> [String] { logLines.filter { $0.contains(part) } }

    func waitForLog(_ part: String, within limit: Duration = .seconds(30)) async throws {
        try await eventually("\(part) in the log:\n\(self.log)", within: limit) {
            if log.contains(part) { return true }
            guard isRunning else { throw SupportFailure("ended without \(part) in its log:\n\(log)") }
            return false
        }
    }

    // MARK: - Its life

    func signal(_ number: CInt) { kill(process, number) }

    var isRunning: Bool {
        if status != nil { return false }
        var code: CInt = 0
        guard waitpid(process, &code, WNOHANG) == process else { return true }
        status = exitCode(status: code)
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
