import Foundation

/// The broker of a soak: it can be killed with and without what it keeps, and it can shut out the program alone, so that
/// a subscriber is there before the program comes back.
struct SoakBroker {
    static let reader = "reader"
    static let program = "program"

    let broker: MosquittoBroker
    private var passwords: String { broker.folder.appendingPathComponent("passwords").path }

    init() throws {
        broker = try MosquittoBroker()
        for (file, users) in [("open", [Self.reader, Self.program]), ("shut", [Self.reader])] {
            let path = broker.folder.appendingPathComponent(file).path
            for (index, user) in users.enumerated() {
                let arguments = ["/usr/bin/mosquitto_passwd"] + (index == 0 ? ["-c"] : []) + ["-b", path, user, user]
                var status: CInt = 0
                waitpid(try spawn(arguments, output: "/dev/null"), &status, 0)
                guard status == 0 else { throw MosquittoBroker.Failure(description: "mosquitto_passwd failed") }
            }
            chmod(path, 0o644)
        }
    }

    /// Starts it for readers only.
    func start() async throws {
        try allow("shut")
        // Saved once a second: what a broker that is killed comes back with is older than what it had.
        let config = "allow_anonymous false\npassword_file \(passwords)\nautosave_interval 1"
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
        unlink(broker.folder.appendingPathComponent("mosquitto.db").path)
    }

    private func allow(_ file: String) throws {
        let source = broker.folder.appendingPathComponent(file)
        try Data(contentsOf: source).write(to: URL(fileURLWithPath: passwords))
        chmod(passwords, 0o644)
    }
}
