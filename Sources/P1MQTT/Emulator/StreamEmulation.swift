import Glibc
package import P1MQTTInput
import P1MQTTMeter
package import P1MQTTSystem
package import SystemPackage

/// Writes the telegrams of one meter to a descriptor that is waited for: standard output, a pipe, a file.
package struct StreamEmulation {
    package var meter: EmulatedMeter
    package var descriptor: FileDescriptor
    /// Milliseconds between two telegrams; 0 for as fast as they are taken.
    package var interval: Int64
    /// How many telegrams; `nil`: without end.
    package var count: Int?

    package init(meter: EmulatedMeter, descriptor: FileDescriptor, interval: Int64, count: Int? = nil) {
        self.meter = meter
        self.descriptor = descriptor
        self.interval = interval
        self.count = count
    }

    /// A pipe that is ready takes this many bytes without blocking (PIPE_BUF), so a request to stop is never held up.
    private static let portion = 4096

    /// Runs until all telegrams are out, nobody reads any more, or it is asked to stop.
    package mutating func run(until stop: WakeDescriptor) throws(OutputError) {
        var wait = EmulationWait(stop: stop)
        var pace = TelegramPace(every: interval, from: Moment.now().monotonic)
        var sent = 0
        while sent < count ?? .max {
            // Without events: only the end of the reader ends this wait early.
            wait.watch([(descriptor.rawValue, Int32(0))])
            guard wait.wait(until: pace.deadline), wait.events(0) == 0 else { return }
            guard Moment.now().monotonic >= pace.deadline else { continue }
            guard try write(meter.next(), &wait) else { return }
            sent += 1
            pace.advance(at: Moment.now().monotonic)
        }
    }

    /// False when nobody reads any more, or on a request to stop.
    private func write(_ telegram: [UInt8], _ wait: inout EmulationWait) throws(OutputError) -> Bool {
        var pending = PendingTelegram()
        pending.begin(telegram)
        while !pending.isEmpty {
            wait.watch([(descriptor.rawValue, POLLOUT)])
            guard wait.wait(until: nil) else { return false }
            var isFirst = true
            let outcome = pending.flush { rest in
                // One portion for each time the descriptor was found ready.
                guard isFirst else { return 0 }
                isFirst = false
                return try descriptor.write(UnsafeRawBufferPointer(rebasing: rest.prefix(StreamEmulation.portion)))
            }
            switch outcome {
            case .done, .waiting: break
            case .failed(.brokenPipe): return false
            case .failed(let code): throw OutputError(what: "cannot write to standard output", code: code)
            }
        }
        return true
    }
}
