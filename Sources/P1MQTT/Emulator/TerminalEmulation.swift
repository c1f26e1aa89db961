import Glibc
package import P1MQTTInput
import P1MQTTMeter
package import P1MQTTSystem
import SystemPackage

/// Speaks as a meter on a pseudo-terminal. Like a meter it does not wait: what nobody reads is gone.
package struct TerminalEmulation {
    package var meter: EmulatedMeter
    package let terminal: MeterTerminal
    /// How many telegrams a reader is to get; `nil`: without end.
    package var count: Int?

    /// Telegrams that were written as a whole.
    package private(set) var sent = 0
    /// Telegrams that nobody read, or that came while the one before was not taken yet.
    package private(set) var dropped = 0

    package init(_ meter: EmulatedMeter, on terminal: MeterTerminal, count: Int?) {
        self.meter = meter
        self.terminal = terminal
        self.count = count
    }

    /// Runs until all telegrams are out or it is asked to stop.
    package mutating func run(until stop: WakeDescriptor) throws(OutputError) {
        var wait = EmulationWait(stop: stop)
        var pace = TelegramPace(every: meter.interval, from: Moment.now().monotonic)
        var pending = PendingTelegram()
        while sent < count ?? .max {
            // A terminal without a reader is always "ready": it is watched only while something waits to be taken.
            wait.watch([(pending.isEmpty ? -1 : terminal.raw, POLLOUT)])
            guard wait.wait(until: pace.deadline) else { return }
            if Moment.now().monotonic >= pace.deadline {
                pace.advance(at: Moment.now().monotonic)
                begin(&pending)
            }
            try flush(&pending)
        }
        terminal.drain(&wait)
    }

    private mutating func begin(_ pending: inout PendingTelegram) {
        guard terminal.hasReader, pending.isEmpty else {
            meter.skip()
            dropped += 1
            return
        }
        pending.begin(meter.next())
    }

    private mutating func flush(_ pending: inout PendingTelegram) throws(OutputError) {
        guard !pending.isEmpty else { return }
        guard terminal.hasReader else {
            pending.clear()
            dropped += 1
            return
        }
        switch pending.flush(terminal.write) {
        case .done: sent += 1
        case .waiting: break
        case .failed(.ioError): pending.clear()
        case .failed(let code): throw OutputError(what: "cannot write to \(terminal.path)", code: code)
        }
    }
}
