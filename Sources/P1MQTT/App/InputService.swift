import ServiceLifecycle

/// The input thread: one loop over all sources. It ends at a shutdown, or when every source is at its end.
final class InputService: Service {
    /// Milliseconds that the loop may take to end.
    private static let limit: Int64 = 1000

    private let wake: WakeDescriptor
    private let ending = ThreadEnding(limit: limit)
    private let makeLoop: @Sendable () -> InputLoop
    private let atEnd: @Sendable () -> Void

    /// - Parameters:
    ///   - wake: what the loop waits on besides its sources.
    ///   - makeLoop: makes the loop with its sources and pipelines; called on the input thread, where all of it lives.
    ///   - atEnd: called on the input thread after the last telegram.
    init(wake: WakeDescriptor, makeLoop: @escaping @Sendable () -> InputLoop, atEnd: @escaping @Sendable () -> Void) {
        self.wake = wake
        self.makeLoop = makeLoop
        self.atEnd = atEnd
    }

    func run() async throws {
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await ending.run(named: "input") {
                    self.makeLoop().run { self.ending.isRequested }
                    self.atEnd()
                }
            } onGracefulShutdown: {
                self.stop()
            }
        } onCancel: {
            self.stop()
        }
    }

    private func stop() {
        ending.request()
        wake.wake()
    }
}
