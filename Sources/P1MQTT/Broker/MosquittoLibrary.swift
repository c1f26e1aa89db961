import CMosquitto

import Glibc

/// The library as a whole, apart from any connection.
enum MosquittoLibrary {
    /// Initialises the library once for the process; every handle is made after this. It is never cleaned up: a
    /// broker thread that a shutdown left behind may still use it.
    static func initialise() {
        precondition(initialised == CInt(MOSQ_ERR_SUCCESS.rawValue), "mosquitto_lib_init failed: out of memory")
    }

    private static let initialised = mosquitto_lib_init()

    /// Version of the library that runs, such as `2.0.11`.
    static var version: String {
        var (major, minor, revision): (CInt, CInt, CInt) = (0, 0, 0)
        _ = mosquitto_lib_version(&major, &minor, &revision)
        return "\(major).\(minor).\(revision)"
    }

    /// Lets a write to a closed socket fail on this thread instead of ending the program: the library writes without
    /// asking for that.
    static func blockBrokenPipeSignal() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}
