import Glibc
package import P1MQTTInput
import P1MQTTMeter
package import P1MQTTSystem

/// Many emulated meters, each behind a TCP port of its own, in one loop.
package final class TelegramServer {
    /// Readers of one port; more are turned away.
    static let maximumReaders = 64

    private struct Meter {
        let port: TelegramPort
        var meter: EmulatedMeter
        var pace: TelegramPace
        /// Telegrams that had a reader.
        var sent = 0
    }

    private var meters: [Meter] = []
    private let count: Int?

    /// With many meters, milliseconds that deadlines are gathered for, so that a turn serves several.
    private static let gathering: Int64 = 5

    /// Opens the ports, from `port` on, one for each meter; each chosen by the system when `port` is 0.
    ///
    /// - Parameters:
    ///   - emulated: the meters; their telegrams are spread over the interval.
    ///   - count: how many telegrams of each meter are to have a reader before it is enough; `nil`: without end.
    package init(_ emulated: [EmulatedMeter], host: String, port: Int, count: Int?) throws(OutputError) {
        self.count = count
        let now = Moment.now().monotonic
        for (index, meter) in emulated.enumerated() {
            let first = now + meter.interval * Int64(index) / Int64(emulated.count)
            meters.append(
                Meter(
                    port: try TelegramPort(host: host, port: port == 0 ? 0 : port + index, maximumReaders: Self.maximumReaders),
                    meter: meter, pace: TelegramPace(every: meter.interval, from: first)))
        }
    }

    /// The ports, in the order of the meters.
    package var ports: [Int] { meters.map(\.port.port) }

    /// Readers that were disconnected because they were too slow, or turned away because there were too many.
    package var droppedReaders: Int { meters.reduce(0) { $0 + $1.port.dropped } }

    /// Runs until all telegrams are out or it is asked to stop.
    package func run(until stop: WakeDescriptor) {
        var wait = EmulationWait(stop: stop)
        wait.watch(meters.map { ($0.port.descriptor ?? -1, POLLIN) })
        while !meters.allSatisfy({ isEnough($0) && $0.port.isIdle }) {
            let now = Moment.now().monotonic
            var deadline = meters.lazy.map { min($0.pace.deadline, $0.port.deadline ?? .max) }.min() ?? now
            if meters.count > 16 { deadline = max(deadline, now + Self.gathering) }
            guard wait.wait(until: deadline) else { return }
            let present = Moment.now()
            for index in meters.indices {
                let port = meters[index].port
                if wait.events(index) != 0 || port.deadline.map({ $0 <= present.monotonic }) ?? false { port.serve(at: present) }
                if meters[index].pace.deadline <= present.monotonic { sendNext(of: index, at: present.monotonic) }
                if isEnough(meters[index]) { port.dismiss() }
            }
        }
    }

    private func sendNext(of index: Int, at now: Int64) {
        meters[index].pace.advance(at: now)
        if meters[index].port.readerCount == 0 || isEnough(meters[index]) { return meters[index].meter.skip() }
        meters[index].port.send(meters[index].meter.next())
        meters[index].sent += 1
    }

    private func isEnough(_ meter: Meter) -> Bool {
        count.map { meter.sent >= $0 } ?? false
    }
}
