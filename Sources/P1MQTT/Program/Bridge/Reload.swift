import Glibc
import Logging
import P1MQTTSystem
import ServiceLifecycle
import SystemPackage
import UnixSignals

/// What SIGHUP means: a service reads its configuration again, a program in a terminal ends, so that a closed ssh session
/// frees the port, and one that ignores it (`nohup`) goes on.
enum HangUp {
    case ignored, ends, reloads

    /// As this process was started; to be asked before anything changes what it does.
    static let meaning: HangUp = {
        var action = sigaction()
        sigaction(SIGHUP, nil, &action)
        let isIgnored = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
        if isIgnored { return .ignored }
        do {
            try FileDescriptor.open("/dev/tty", .readWrite).close()
            return .ends
        } catch {
            return .reloads
        }
    }()
}

/// Reads the configuration at each SIGHUP. The input thread takes one that is right; of one that is not all problems are
/// logged, and the old one stays.
final class Reload: Service {
    private let load: @Sendable () throws(SettingsProblems) -> LoadedSettings
    private let wake: WakeDescriptor
    private let logger: Logger
    private let waiting = Locked<Settings?>(nil)

    /// - Parameter wake: of the input thread.
    init(wake: WakeDescriptor, logger: Logger, load: @escaping @Sendable () throws(SettingsProblems) -> LoadedSettings) {
        self.load = load
        self.wake = wake
        self.logger = logger
    }

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() { read() }
    }

    func read() {
        do throws(SettingsProblems) {
            let loaded = try load()
            for warning in loaded.warnings { logger.warning("\(warning)") }
            guard !loaded.settings.meters.isEmpty else {
                return logger.error("the configuration has no meter any more; the old one stays")
            }
            logger.notice("the configuration was read again", metadata: ["configuration": "\(loaded.file ?? "none")"])
            waiting.withLock { $0 = loaded.settings }
            wake.wake()
        } catch {
            for problem in error.description.split(separator: "\n") { logger.error("the configuration is not right: \(problem)") }
            logger.error("the old configuration stays until this is mended and SIGHUP comes again")
        }
    }

    /// The newest configuration that was read, once.
    func take() -> Settings? {
        waiting.withLock { waiting in
            defer { waiting = nil }
            return waiting
        }
    }
}
