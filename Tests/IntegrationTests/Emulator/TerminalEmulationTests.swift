import Foundation
import P1Parser
import Testing

@testable import P1MQTT

@Suite("Telegrams on a pseudo-terminal")
struct TerminalEmulationTests {
    private func openTerminal(_ path: String) -> CInt {
        open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK)
    }

    @Test("speaks on a pseudo-terminal under its link, whole telegrams only, and removes the link")
    func terminal() async throws {
        let link = FileManager.default.temporaryDirectory.appending(path: "p1mqtt-\(UUID().uuidString)").path
        // Left over from an emulator that was killed.
        #expect(symlink("/dev/pts/nothing", link) == 0)
        let meter = try EmulationRun.meter()
        let opened = Locked(false)
        try await EmulationRun.running { stop in
            var emulation = TerminalEmulation(meter, on: try MeterTerminal(link: link), count: 20)
            opened.withLock { $0 = true }
            try emulation.run(until: stop)
            #expect(emulation.sent == 20)
        } _: {
            let end = Moment.now().monotonic + EmulationRun.limit
            while !opened.withLock({ $0 }), Moment.now().monotonic < end { await Task.yield() }
            let terminal = openTerminal(link)
            #expect(terminal >= 0)
            defer { close(terminal) }
            let heard = EmulationRun.telegrams(20, from: terminal)
            #expect(heard.count == 20)
            #expect(heard.allSatisfy { if case .valid = $0.frame.checksum { true } else { false } })
        }
        #expect(SystemFile.linkTarget(link) == nil)
    }

    @Test("drops what nobody reads and goes on for a reader that comes later")
    func lateReader() async throws {
        let terminal = try MeterTerminal(link: nil)
        let path = terminal.path
        #expect(!terminal.hasReader)
        let meter = try EmulationRun.meter()
        var emulation = TerminalEmulation(meter, on: terminal, count: 1)
        let stop = WakeDescriptor()
        stop.wake()
        try emulation.run(until: stop)
        #expect(emulation.sent == 0)

        let reader = openTerminal(path)
        defer { close(reader) }
        #expect(terminal.hasReader)
        stop.drain()
        try emulation.run(until: stop)
        #expect(emulation.sent == 1)
    }

    @Test("leaves a file alone that has the name of its link")
    func occupied() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "p1mqtt-\(UUID().uuidString)").path
        #expect(FileManager.default.createFile(atPath: file, contents: Data("mine".utf8)))
        defer { try? FileManager.default.removeItem(atPath: file) }
        #expect(throws: EmulationError.self) { try MeterTerminal(link: file) }
        #expect(FileManager.default.contents(atPath: file) == Data("mine".utf8))
    }
}
