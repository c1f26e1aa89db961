import Glibc
import Logging
import P1MQTTBroker
import P1MQTTMeter
import P1MQTTSystem

/// Sends notices to the service manager, from the input thread. Started by anything else (a terminal, a
/// container), it does nothing.
final class SystemdNotifier {
    private let socket: SystemdSocket?
    private let inbox: Inbox
    private let logger: Logger
    private var notices: SystemdNotices
    /// Whether the last notice could not be delivered; reported once, and once when it can be again.
    private var isFailing = false

    /// - Parameter inbox: where the broker thread gives its sign of life.
    init(environment: [String: String], inbox: Inbox, logger: Logger) {
        self.inbox = inbox
        self.logger = logger
        notices = SystemdNotices(watchdog: SystemdNotices.watchdog(in: environment, process: getpid()))
        do throws(SystemdSocketError) {
            let path = environment["NOTIFY_SOCKET"] ?? ""
            socket = path.isEmpty ? nil : try SystemdSocket(path)
        } catch {
            socket = nil
            logger.warning("\(error)")
        }
    }

    /// Sends what is due; returns the monotonic milliseconds of the next time, never without a service manager.
    func turn(at now: Moment, status: () -> String) -> Int64 {
        guard socket != nil else { return .max }
        if let notice = notices.turn(at: now, broker: inbox.pulse, status: status) { send(notice) }
        return notices.deadline
    }

    func stopping() {
        send(SystemdNotices.stopping)
    }

    private func send(_ notice: String) {
        do throws(SystemdSocketError) {
            try socket?.send(notice)
            if isFailing { logger.notice("the service manager can be reached again") }
            isFailing = false
        } catch {
            if !isFailing { logger.warning("\(error)") }
            isFailing = true
        }
    }
}
