import Foundation
import TestSupport
import Testing
@testable import P1MQTT

@Suite("The program as a service of systemd", .ownThreads) struct SystemdProgramTests {
    /// A program with a watchdog of 0.9 s, so that a sign of life is due every 0.3 s.
    private func program(_ manager: ServiceManager, port: Int) throws -> Program {
        try Program.bridge(
            port: port, meters: [Program.emulator()], environment: ["NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "900000"])
    }

    @Test("ready without a broker, alive all the time, and a goodbye") func life() async throws {
        let manager = try ServiceManager()
        let program = try program(manager, port: try freePort())
        try await manager.wait(for: "READY=1")
        #expect(manager.lines.prefix(2) == ["READY=1", "STATUS=No connection to the broker; 0 telegrams read, 0 refused"])
        for _ in 0..<5 { #expect(try await manager.hears(within: .seconds(10))) }
        program.signal(SIGTERM)
        #expect(try await program.exit() == 0)
        manager.read()
        #expect(manager.lines.suffix(2) == ["STOPPING=1", "STATUS=Saying goodbye to the broker"])
        #expect(manager.lines.count { $0 == "READY=1" } == 1)
    }

    @Test("the status tells of the broker and of telegrams") func status() async throws {
        let broker = try await MosquittoBroker.started()
        let manager = try ServiceManager()
        let program = try program(manager, port: broker.port)
        try await eventually("a status with telegrams; \(manager.lines)", within: .seconds(30)) {
            manager.read()
            return manager.lines.contains { $0.hasPrefix("STATUS=Connected to the broker; ") && !$0.contains("; 0 telegrams") }
        }
        #expect(program.isRunning)
    }

    @Test("a thread that is stuck ends the signs of life, and they return with it", arguments: ["input", "broker"])
    func stuck(_ thread: String) async throws {
        let broker = try await MosquittoBroker.started()
        let manager = try ServiceManager()
        let program = try program(manager, port: broker.port)
        try await program.waitForLog("connected to the MQTT broker")
        #expect(try await manager.hears(within: .seconds(10)))
        guard let stopped = StoppedThread(of: program.process, named: thread) else {
            print("skipped: threads of other processes cannot be stopped here (ptrace is not allowed)")
            return
        }
        // The broker thread is given 15 s.
        try await eventually("silence", within: .seconds(60)) { try await !manager.hears(within: .seconds(2)) }
        #expect(program.isRunning)
        stopped.resume()
        #expect(try await manager.hears(within: .seconds(30)))
    }
}
