import Glibc
package import P1MQTTMeter
import P1MQTTSystem
import SystemPackage

/// A TCP port that hands each telegram to whoever is connected. Nobody is waited for: a reader that has not taken a telegram
/// when the next one comes is disconnected, what readers send is thrown away, and when there are too many they are turned
/// away. For the loop that serves it, it is one descriptor, whoever is connected.
package final class TelegramPort: PortService {
    /// One connection.
    private final class Reader {
        let descriptor: OwnedDescriptor
        var pending = PendingTelegram()

        init(_ raw: CInt) { descriptor = OwnedDescriptor(adopting: raw) }

        /// - Returns: whether it is still there.
        func flush() -> Bool {
            // The closure needs the number only: the descriptor itself cannot be captured.
            let raw = descriptor.raw
            let outcome = pending.flush { rest in
                let count = Glibc.send(raw, rest.baseAddress, rest.count, CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT))
                if count < 0 { throw Errno(rawValue: errno) }
                return count
            }
            if case .failed = outcome { return false }
            return true
        }

        /// Throws away a portion of what it sent: one that sends without end does not hold up the others.
        /// - Returns: whether it is still there.
        func discardInput() -> Bool {
            withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
                let count = recv(descriptor.raw, buffer.baseAddress, buffer.count, CInt(MSG_DONTWAIT))
                let code = errno
                return count > 0 || count < 0 && (code == EAGAIN || code == EINTR)
            }
        }
    }

    /// Milliseconds for which nobody is let in when the process has no descriptor left.
    private static let pause: Int64 = 1000

    private let listener: ListeningSocket
    private var readers: [Reader?]
    /// The place of each reader, and behind them that of the listener.
    private var readiness: ReadinessSet
    /// Monotonic milliseconds until which nobody is let in; `nil`: they are.
    private var pausedUntil: Int64?
    /// Readers that were disconnected because they were too slow, or turned away because there were too many.
    package private(set) var dropped = 0

    /// - Parameters:
    ///   - host: a literal address of this machine.
    ///   - port: 0 for one that the system chooses.
    ///   - maximumReaders: who comes when so many are there is turned away.
    package init(host: String, port: Int, maximumReaders: Int) throws(OutputError) {
        listener = try ListeningSocket(host: host, port: port)
        readers = Array(repeating: nil, count: maximumReaders)
        guard let readiness = ReadinessSet(places: maximumReaders + 1) else {
            throw OutputError(
                what: "cannot listen on \(host), port \(port)", code: Errno(rawValue: errno), remedy: ListeningSocket.descriptorRemedy)
        }
        self.readiness = readiness
        admits(true)
    }

    /// The port, also where the system chose it.
    package var port: Int { listener.port }
    /// Readable when there is something to serve.
    package var descriptor: CInt? { readiness.raw }
    /// Monotonic milliseconds at which it is to be served although it is not readable; `nil`: never.
    package var deadline: Int64? { pausedUntil }
    /// How many are connected.
    package var readerCount: Int { readers.count { $0 != nil } }
    /// Whether every reader has taken all it was given.
    package var isIdle: Bool { readers.allSatisfy { $0?.pending.isEmpty ?? true } }

    /// Does what is to be done at the port, without waiting.
    package func serve(at now: Moment) {
        if let until = pausedUntil, until <= now.monotonic { admits(true) }
        for (place, events) in readiness.wait(0) {
            if place == readers.count { admit(at: now) } else { serve(place, Int32(events)) }
        }
    }

    private func serve(_ place: Int, _ events: Int32) {
        guard let reader = readers[place] else { return }
        let isThere = (events & ~POLLOUT == 0 || reader.discardInput()) && (events & POLLOUT == 0 || reader.flush())
        if isThere { watch(reader, at: place) } else { disconnect(place) }
    }

    private func admit(at now: Moment) {
        guard let raw = listener.accept() else {
            if errno == EMFILE || errno == ENFILE {
                admits(false)
                pausedUntil = now.monotonic + Self.pause
            }
            return
        }
        let reader = Reader(raw)
        guard let place = readers.firstIndex(where: { $0 == nil }) else {
            dropped += 1
            return
        }
        readers[place] = reader
        watch(reader, at: place)
    }

    /// Gives a telegram to everybody.
    package func send(_ telegram: [UInt8]) {
        for (place, reader) in readers.enumerated() {
            guard let reader else { continue }
            guard reader.pending.isEmpty else {
                dropped += 1
                disconnect(place)
                continue
            }
            reader.pending.begin(telegram)
            if reader.flush() { watch(reader, at: place) } else { disconnect(place) }
        }
    }

    /// Disconnects those who have taken all they were given.
    package func dismiss() {
        for place in readers.indices where readers[place]?.pending.isEmpty ?? false { disconnect(place) }
    }

    private func watch(_ reader: Reader, at place: Int) {
        let events = reader.pending.isEmpty ? POLLIN : POLLIN | POLLOUT
        readiness.watch(PollInterest(descriptor: reader.descriptor.raw, events: Int16(events)), at: place)
    }

    private func disconnect(_ place: Int) {
        readiness.watch(nil, at: place)
        readers[place] = nil
    }

    private func admits(_ isOpen: Bool) {
        pausedUntil = nil
        readiness.watch(isOpen ? PollInterest(descriptor: listener.raw, events: Int16(POLLIN)) : nil, at: readers.count)
    }
}
