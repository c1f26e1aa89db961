import Foundation
import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

/// A shell in front of the program gives it streams that are full, closed or read by nobody.
@Suite("The program: its standard streams", .ownThreads) struct StandardStreamTests {
    /// A pipe that is full of a log that nobody reads, held open by a descriptor that the program inherits.
    private static let fullPipe =
        "mkfifo pipe && exec 9<>pipe && dd if=/dev/zero of=pipe oflag=nonblock bs=4096 count=64 2>/dev/null;"

    private static func shell(_ text: String) -> [String] { ["/bin/bash", "-c", text] }

    @Test(
        "output that cannot be written ends with 1 and a sentence",
        arguments: [">/dev/full", ">&-"], [["decode", "capture"], ["emulate", "--interval", "0"], ["topics", "capture"]])
    func fullOutput(_ redirection: String, _ arguments: [String]) async throws {
        let program = try Program(
            arguments, files: ["capture": SimulatedMeter.capture(3)], wrapper: Self.shell("exec \"$0\" \"$@\" \(redirection)"))
        #expect(try await program.exit() == 1)
        #expect(program.log.contains("cannot write to standard output: "), "\(program.log)")
    }

    @Test("a reader that has had enough is no fault") func head() async throws {
        let program = try Program(
            ["emulate", "--interval", "0"], wrapper: Self.shell("\"$0\" \"$@\" | head -c 1 >/dev/null; exit ${PIPESTATUS[0]}"))
        #expect(try await program.exit() == 0)
        #expect(program.log.isEmpty, "\(program.log)")
    }

    /// A program that has published some telegrams of a meter while its log went where nobody reads it. Its broker ends with
    /// this function.
    private func publishing(to redirection: String) async throws -> Program {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let program = try Program.bridge(
            port: broker.port, meters: [Program.emulator(interval: 0.1)], more: #", "log": {"level": "trace"}"#,
            wrapper: Self.shell("\(Self.fullPipe) exec \"$0\" \"$@\" \(redirection)"))
        try await subscriber.waitUntil("telegrams", within: .seconds(30)) { $0.count { $0.topic == "p1/json" } > 5 }
        return program
    }

    @Test("a log that nobody can write to or reads stops no meter", arguments: ["2>/dev/full", "2>&-", "2>pipe"])
    func log(_ redirection: String) async throws {
        let program = try await publishing(to: redirection)
        program.signal(SIGTERM)
        #expect(try await program.exit() == 0)
    }

    @Test("lines of the log that are lost are counted as soon as one can be written again") func lostLines() async throws {
        let program = try await publishing(to: "2>pipe")
        let reader = open(program.folder.path("pipe"), O_RDONLY | O_NONBLOCK)
        defer { close(reader) }
        var buffer = [UInt8](repeating: 0, count: 65536)
        func rest() -> String {
            let count = read(reader, &buffer, buffer.count)
            return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        }
        var said = ""
        try await eventually("room in the pipe") {
            let part = rest()
            said += part
            return part.isEmpty
        }
        program.signal(SIGTERM)
        #expect(try await program.exit() == 0)
        said += rest()
        #expect(said.contains(" lines of the log are lost: what reads standard error did not keep up\n"), "\(said.filter { $0 != "\0" })")
    }

    @Test("SIGTERM at any moment of the start ends with 0") func earlyEnd() async throws {
        // From the first moment at which the program can listen to it, the loader's time is not ours.
        let caught = "until grep -qs '^SigCgt:.*[4-7c-f]...$' /proc/$!/status; do :; done"
        for moment in 0..<20 {
            let program = try Program(
                ["run"], configuration: #"{"mqtt": {"port": 1}, "meters": [\#(Program.emulator())]}"#,
                wrapper: Self.shell(
                    "\"$0\" \"$@\" & \(caught); for ((i = 0; i < \(moment * 1000); i++)); do :; done; kill $!; wait $!"))
            #expect(try await program.exit() == 0, "\(program.log)")
        }
    }

    @Test("too few descriptors to begin with are a sentence") func descriptors() async throws {
        // With three the loader finds no library.
        for count in 4...12 {
            let program = try Program(
                ["run"], configuration: #"{"mqtt": {"port": 1}, "meters": [\#(Program.emulator())]}"#,
                wrapper: Confinement.descriptors(count))
            #expect(try await program.exit() == 1)
            #expect(program.logLines.last?.contains("LimitNOFILE") == true, "\(count): \(program.log)")
        }
    }

    @Test("a start without /proc is a sentence") func withoutProc() async throws {
        let wrapper =
            ["/usr/bin/unshare"] + (geteuid() == 0 ? ["-m"] : ["-rm"])
            + Self.shell("mount -t tmpfs none /proc && exec \"$0\" \"$@\"")
        guard try Confinement.isAllowed(wrapper) else { return }
        let program = try Program(
            ["check", "--config", "other.json"], files: ["other.json": Array("{\"colour\": 1}".utf8)], wrapper: wrapper)
        #expect(try await program.exit() == 1)
        #expect(program.log.contains("/proc is not mounted here"), "\(program.log)")
    }
}
