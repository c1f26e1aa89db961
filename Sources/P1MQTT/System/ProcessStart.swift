import Glibc

/// What a process is given at its start, and what must be settled before anything else.
package enum ProcessStart {
    /// Puts something in the place of each standard stream that is closed, so that no file, port or socket that is opened
    /// later gets its number and with it what is printed. What is written there fails as before.
    package static func occupyStandardStreams() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
            // Opened for reading: a write fails. The lowest free number is this one.
            _ = open("/dev/null", O_RDONLY)
        }
    }

    /// Until the service listens to signals, nothing is there that would have to be ended: SIGTERM is a clean stop.
    package static func endCleanlyOnSIGTERM() {
        signal(SIGTERM) { _ in _exit(0) }
    }

    /// For commands that do not end cleanly when they are cut short.
    package static func endOnSIGTERM() {
        signal(SIGTERM, SIG_DFL)
    }
}
