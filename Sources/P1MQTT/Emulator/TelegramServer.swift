import Glibc
import P1MQTTMeter
package import P1MQTTSystem
import SystemPackage

/// Many emulated meters, each behind a TCP port of its own, in one loop.
///
/// A meter does not wait: a reader that has not taken a telegram when the next one is due is disconnected.
package final class TelegramServer {
    /// Readers of one port; more are turned away.
    static let maximumReaders = 64

    private struct Meter {
        let listener: ListeningSocket
        var meter: EmulatedMeter
        var pace: TelegramPace
        var readers: [Reader] = []
        /// Telegrams that had a reader.
        var sent = 0
    }

    /// One connection.
    private final class Reader {
        let descriptor: OwnedDescriptor
        var pending = PendingTelegram()
        var isGone = false

        init(_ raw: CInt) { descriptor = OwnedDescriptor(adopting: raw) }

        func flush() {
            // The closure needs the number only: the descriptor itself cannot be captured.
            let raw = descriptor.raw
            let outcome = pending.flush { rest in
                let count = send(raw, rest.baseAddress, rest.count, CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT))
                if count < 0 { throw Errno(rawValue: errno) }
                return count
            }
            if case .failed = outcome { isGone = true }
        }

        /// A meter listens to nobody; what comes is thrown away, and the end of the connection noticed.
        func discardInput() {
            withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 1) { buffer in
                let count = recv(descriptor.raw, buffer.baseAddress, buffer.count, CInt(MSG_DONTWAIT))
                let code = errno
                if count == 0 || count < 0 && code != EAGAIN && code != EINTR { isGone = true }
            }
        }
    }

    private var meters: [Meter] = []
    private let count: Int?
    /// Monotonic milliseconds until which nobody is let in, because the process has no descriptor left.
    private var acceptsAgainAt: Int64 = 0
    /// Readers that were disconnected because they were too slow, or turned away because there were too many.
    package private(set) var droppedReaders = 0

    /// With many meters, milliseconds that deadlines are gathered for, so that a turn serves several.
    private static let gathering: Int64 = 5

    /// Opens the ports, from `port` on, one for each meter; each chosen by the system when `port` is 0.
    ///
    /// - Parameters:
    ///   - emulated: the meters; their telegrams are spread over the interval.
    ///   - count: how many telegrams of each meter are to have a reader before it is enough; `nil`: without end.
    package init(_ emulated: [EmulatedMeter], host: String, port: Int, count: Int?) throws(EmulationError) {
        self.count = count
        let now = Moment.now().monotonic
        for (index, meter) in emulated.enumerated() {
            let first = now + meter.interval * Int64(index) / Int64(emulated.count)
            meters.append(
                Meter(
                    listener: try ListeningSocket(host: host, port: port == 0 ? 0 : port + index), meter: meter,
                    pace: TelegramPace(every: meter.interval, from: first)))
        }
    }

    /// The ports, in the order of the meters.
    package var ports: [Int] { meters.map(\.listener.port) }

    /// Runs until all telegrams are out or it is asked to stop.
    package func run(until stop: WakeDescriptor) {
        var wait = EmulationWait(stop: stop)
        while !isDone {
            let now = Moment.now().monotonic
            let readers = meters.flatMap(\.readers)
            watch(readers, &wait, at: now)
            var deadline = meters.lazy.map(\.pace.deadline).min() ?? now
            if meters.count > 16 { deadline = max(deadline, now + TelegramServer.gathering) }
            guard wait.wait(until: deadline) else { return }
            serve(readers, wait)
            admit(wait)
            sendDue(at: Moment.now().monotonic)
            dismiss()
        }
    }

    private var isDone: Bool {
        meters.allSatisfy { isEnough($0) && $0.readers.allSatisfy(\.pending.isEmpty) }
    }

    private func watch(_ readers: [Reader], _ wait: inout EmulationWait, at now: Int64) {
        let isFull = now < acceptsAgainAt
        wait.watch(
            meters.map { (isFull ? -1 : $0.listener.raw, POLLIN) }
                + readers.map { ($0.descriptor.raw, $0.pending.isEmpty ? POLLIN : POLLIN | POLLOUT) })
    }

    private func serve(_ readers: [Reader], _ wait: EmulationWait) {
        for (index, reader) in readers.enumerated() {
            let events = wait.events(meters.count + index)
            if events & ~POLLOUT != 0 { reader.discardInput() }
            if events & POLLOUT != 0 { reader.flush() }
        }
    }

    private func admit(_ wait: EmulationWait) {
        for index in meters.indices where wait.events(index) != 0 {
            guard let raw = meters[index].listener.accept() else {
                let code = errno
                if code == EMFILE || code == ENFILE { acceptsAgainAt = Moment.now().monotonic + 1000 }
                continue
            }
            let reader = Reader(raw)
            if meters[index].readers.count < TelegramServer.maximumReaders {
                meters[index].readers.append(reader)
            } else {
                droppedReaders += 1
            }
        }
    }

    private func sendDue(at now: Int64) {
        for index in meters.indices where meters[index].pace.deadline <= now {
            meters[index].pace.advance(at: now)
            let readers = meters[index].readers
            if readers.isEmpty || isEnough(meters[index]) {
                meters[index].meter.skip()
                continue
            }
            let telegram = meters[index].meter.next()
            meters[index].sent += 1
            for reader in readers where !reader.isGone { hand(telegram, to: reader) }
        }
    }

    private func hand(_ telegram: [UInt8], to reader: Reader) {
        guard reader.pending.isEmpty else {
            reader.isGone = true
            droppedReaders += 1
            return
        }
        reader.pending.begin(telegram)
        reader.flush()
    }

    /// Disconnects the readers that are gone, and those whose meter has nothing more to say.
    private func dismiss() {
        for index in meters.indices {
            let isEnough = isEnough(meters[index])
            if meters[index].readers.contains(where: { $0.isGone || isEnough && $0.pending.isEmpty }) {
                meters[index].readers.removeAll { $0.isGone || isEnough && $0.pending.isEmpty }
            }
        }
    }

    private func isEnough(_ meter: Meter) -> Bool {
        count.map { meter.sent >= $0 } ?? false
    }
}
