import ArgumentParser
import Foundation
import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTEmulator
@testable import P1MQTTSystem

/// The command as a person or a script runs it. Off until the program offers it.
@Suite(
    "p1mqtt emulate as a process", .ownThreads, .enabled(if: P1MQTTCommand.configuration.subcommands.contains { $0 == EmulateCommand.self })
)
struct EmulateProcessTests {
    /// The program stands beside the tests.
    private func program(_ arguments: [String], output: CInt) throws -> Process {
        let tests = try #require(SystemFile.linkTarget("/proc/self/exe"))
        var program = URL(filePath: tests).deletingLastPathComponent().appending(path: "p1mqtt")
        if !FileManager.default.fileExists(atPath: program.path) {
            let bundle = try #require(CommandLine.arguments.first { $0.hasSuffix(".xctest") })
            program = URL(filePath: bundle).deletingLastPathComponent().appending(path: "p1mqtt")
        }
        let process = Process()
        process.executableURL = program
        process.arguments = ["emulate"] + arguments
        process.standardOutput = FileHandle(fileDescriptor: output, closeOnDealloc: false)
        process.standardError = FileHandle.nullDevice
        defer { close(output) }
        try process.run()
        // A program that hangs fails its test by the way it ended.
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Int(EmulationRun.limit))) {
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        }
        return process
    }

    private func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }

    @Test("the same seed and start time give the same bytes, and the exit status is 0", arguments: EmulatorProfile.names)
    func reproducible(_ profile: String) async throws {
        var runs: [[UInt8]] = []
        for _ in 0..<2 {
            let (reading, writing) = try EmulationRun.pipe()
            let process = try program(
                words("--profile \(profile) --interval 0 --count 100 --seed 5 --start-time 2026-03-02T12:00:00Z"), output: writing)
            runs.append(await EmulationRun.bytes(from: reading))
            close(reading)
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
        }
        #expect(runs[0] == runs[1])
        var framer = Framer()
        var count = 0
        let bytes = runs[0]
        framer.feed(bytes.span) { event in
            if case .frame = event { count += 1 } else { Issue.record("\(event)") }
        }
        #expect(count == 100)
    }

    @Test("SIGINT and SIGTERM end it with 0", arguments: [SIGINT, SIGTERM])
    func signals(_ signal: CInt) async throws {
        let (reading, writing) = try EmulationRun.pipe()
        defer { close(reading) }
        let process = try program(words("--interval 3600"), output: writing)
        // The first telegram shows that it runs.
        #expect(await !EmulationRun.telegrams(1, from: reading).isEmpty)
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 0)
    }

    @Test("a reader that goes away ends it with 0")
    func brokenPipe() async throws {
        let (reading, writing) = try EmulationRun.pipe()
        let process = try program(words("--interval 0"), output: writing)
        #expect(await !EmulationRun.telegrams(1, from: reading).isEmpty)
        close(reading)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 0)
    }

    @Test(
        "wrong usage ends it with 2, what cannot be done with 1",
        arguments: [("--profile none", 2), ("--pty --tcp 1", 2), ("--replay /nonexistent", 1), ("--tcp 0 --bind nowhere", 1)])
    func failures(_ arguments: String, _ status: Int32) async throws {
        let (reading, writing) = try EmulationRun.pipe()
        defer { close(reading) }
        let process = try program(words(arguments), output: writing)
        #expect(await EmulationRun.bytes(from: reading).isEmpty)
        process.waitUntilExit()
        #expect(process.terminationStatus == status)
    }
}
