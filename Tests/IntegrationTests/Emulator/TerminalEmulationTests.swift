import Foundation
import P1Parser
import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTEmulator
@testable import P1MQTTInput
@testable import P1MQTTSystem

@Suite("Telegrams on a pseudo-terminal", .ownThreads)
struct TerminalEmulationTests {
    private func openTerminal(_ path: String) -> CInt {
        open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK)
    }

    @Test("speaks on a pseudo-terminal under its link, whole telegrams only, and removes the link")
    func terminal() async throws {
        let folder = try TemporaryFolder()
        let link = folder.path("meter")
        // Left over from an emulator that was killed.
        #expect(symlink("/dev/pts/nothing", link) == 0)
        let meter = EmulationRun.meter()
        let numbers = EmulationRun.takeNumbers()
        defer { numbers.forEach { close($0) } }
        let (opened, tell) = AsyncStream<Void>.makeStream()
        let sent = Locked(0)
        try await EmulationRun.running { stop in
            defer { tell.finish() }
            var emulation = TerminalEmulation(meter, on: try MeterTerminal(link: link), count: 20)
            tell.finish()
            try emulation.run(until: stop)
            sent.withLock { $0 = emulation.sent }
        } _: {
            #expect(await EmulationRun.ends(opened))
            let terminal = openTerminal(link)
            #expect(terminal >= 0)
            defer { close(terminal) }
            let heard = await EmulationRun.telegrams(20, from: terminal)
            #expect(heard.count == 20)
            #expect(heard.allSatisfy { if case .valid = $0.frame.checksum { true } else { false } })
        }
        #expect(sent.withLock { $0 } == 20)
        #expect(SystemFile.linkTarget(link) == nil)
    }

    @Test("does not count what nobody reads, and speaks to a reader that comes later")
    func lateReader() async throws {
        let meter = EmulationRun.meter(interval: 1)
        let numbers = EmulationRun.takeNumbers()
        defer { numbers.forEach { close($0) } }
        let (paths, tell) = AsyncStream<String>.makeStream()
        let counts = Locked((sent: 0, dropped: 0))
        try await EmulationRun.running { stop in
            defer { tell.finish() }
            let terminal = try MeterTerminal(link: nil)
            var emulation = TerminalEmulation(meter, on: terminal, count: 1)
            tell.yield(terminal.path)
            try emulation.run(until: stop)
            counts.withLock { $0 = (emulation.sent, emulation.dropped) }
        } _: {
            for await path in paths {
                let reader = openTerminal(path)
                defer { close(reader) }
                #expect(await EmulationRun.telegrams(1, from: reader).count == 1)
                break
            }
        }
        #expect(counts.withLock { $0.sent } == 1)
    }

    @Test("leaves a file alone that has the name of its link")
    func occupied() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("mine", to: "meter")
        #expect(throws: OutputError.self) { try MeterTerminal(link: file) }
        #expect(folder.content("meter") == "mine")
    }
}
