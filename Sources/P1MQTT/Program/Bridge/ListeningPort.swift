import Logging
import P1MQTTInput
import P1MQTTMeter

/// A port of this machine, as a setting names it.
struct PortAddress: Sendable, Equatable, CustomStringConvertible {
    var host: String
    var port: Int

    var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// A port that others connect to, on the input thread. One that cannot be had is said once and tried again, and nothing else
/// waits for it.
final class ListeningPort<Service: PortService> {
    let address: PortAddress
    /// What it has for them, for the log: "telegrams".
    private let what: String
    private let logger: Logger
    private let open: (Moment) throws(OutputError) -> Service
    /// `nil` while it cannot be had.
    private(set) var service: Service?
    private var nextTry: Int64 = .min
    private var isFailureSaid = false

    /// Milliseconds between two tries to have the port.
    private var pause: Int64 { 5000 }

    init(_ what: String, on address: PortAddress, logger: Logger, open: @escaping (Moment) throws(OutputError) -> Service) {
        self.what = what
        self.address = address
        self.logger = logger
        self.open = open
    }

    /// What to wait for.
    var visitor: WatchedDescriptor {
        WatchedDescriptor {
            self.service.flatMap(\.descriptor)
        } ready: {
            self.service?.serve(at: $0)
        }
    }

    /// Does what is due; returns the monotonic milliseconds of the next time.
    func turn(at now: Moment) -> Int64 {
        if let service {
            if let deadline = service.deadline, deadline <= now.monotonic { service.serve(at: now) }
            return service.deadline ?? .max
        }
        guard nextTry <= now.monotonic else { return nextTry }
        do throws(OutputError) {
            service = try open(now)
            isFailureSaid = false
            logger.notice("\(what) are served on \(address)")
            return service?.deadline ?? .max
        } catch {
            if !isFailureSaid { logger.error("\(what) are not served: \(error) It is tried again.") }
            isFailureSaid = true
            nextTry = now.monotonic + pause
            return nextTry
        }
    }

    /// Gives the port back for good and disconnects everybody.
    func close() {
        service = nil
        nextTry = .max
    }
}
