import ArgumentParser
import P1MQTTInput
import P1MQTTSystem
import P1Parser
import UnixSignals

/// How long a command listens to a source.
struct ListenOptions: ParsableArguments {
    @Option(help: "Listen for so many seconds at most. A meter sends every 1 to 10 s.")
    var seconds = 30

    func validate() throws {
        guard (1...3600).contains(seconds) else { throw ValidationError("--seconds must be 1 to 3600.") }
    }

    /// What was heard; `nil` without a source. SIGINT and SIGTERM end it early, once the source is closed and a port has
    /// its old settings back.
    ///
    /// - Parameters:
    ///   - reader: that of the service for this meter.
    ///   - makeSource: makes the source on the thread that listens; it is given what ends the waits of that thread.
    func listen(
        _ reader: TelegramReader, to makeSource: @escaping @Sendable (WakeDescriptor) -> (any ByteSource)?
    ) async -> SourceListener? {
        let seconds = seconds
        return await DedicatedThread.runUntilSignal(named: "listen") { stop in
            let wake = WakeDescriptor()
            guard let source = makeSource(wake) else { return nil }
            StandardError.write("Listening to \(source.name) for \(seconds) s at most ...")
            return SourceListener.listen(to: source, seconds: seconds, wake: wake, reader: reader) { stop.isAwake }
        }
    }
}

extension DedicatedThread {
    /// Runs work that waits on a thread of its own. Instead of ending the program SIGINT and SIGTERM wake `stop`, which
    /// the work has to look at.
    static func runUntilSignal<Output>(
        named name: String, _ work: @escaping @Sendable (_ stop: WakeDescriptor) -> sending Output
    ) async -> sending Output {
        let stop = WakeDescriptor()
        // Trapped before the work begins: whoever has seen something of it may end the program cleanly.
        let signals = await UnixSignalsSequence(trapping: [.sigint, .sigterm])
        return await withTaskGroup { group in
            group.addTask {
                for await _ in signals { stop.wake() }
            }
            defer { group.cancelAll() }
            return await run(named: name) { work(stop) }
        }
    }
}
