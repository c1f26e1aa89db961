import Foundation
import TestSupport

/// The broker of a soak: it can be killed with and without what it keeps, and it can shut out the program alone, so that
/// a subscriber is there before the program comes back.
struct SoakBroker {
    static let reader = "reader"
    static let program = "program"

    let broker: MosquittoBroker

    init() throws {
        broker = try MosquittoBroker()
        try broker.setPasswords([Self.reader, Self.program], file: "open")
        try broker.setPasswords([Self.reader], file: "shut")
    }

    /// Starts it for readers only.
    func start() async throws {
        try allow("shut")
        // Saved once a second: what a broker that is killed comes back with is older than what it had.
        let config = broker.passwordConfig + "\nautosave_interval 1"
        try await broker.start(config: config, persistence: true, isVerbose: false)
    }

    func letProgramIn() throws {
        try allow("open")
        broker.reload()
    }

    /// Throws the program out, and refuses it from now on.
    func shutProgramOut() throws {
        try allow("shut")
        broker.reload()
    }

    func forgetEverything() {
        unlink(broker.folder.path("mosquitto.db"))
    }

    private func allow(_ file: String) throws {
        try broker.folder.write(broker.folder.content(file), to: "passwords", mode: 0o644)
    }
}
