import Foundation

/// A real mosquitto on a free port of the loopback, in a temporary folder of its own.
package final class MosquittoBroker: @unchecked Sendable {
    // Sendable: a test drives its broker from one task at a time.
    package let port: Int
    package let folder: TemporaryFolder
    private var process: pid_t?

    package static let path = ["/usr/sbin/mosquitto", "/usr/bin/mosquitto", "/usr/local/sbin/mosquitto"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// Prepares a broker; `start` runs it.
    package init() throws {
        folder = try TemporaryFolder()
        port = try freePort()
    }

    /// A plain broker that lets everyone in and keeps nothing on disk.
    package static func started() async throws -> MosquittoBroker {
        let broker = try MosquittoBroker()
        try await broker.start()
        return broker
    }

    deinit { kill() }

    /// Starts (or starts again on the same port) and returns when the port answers.
    /// - Parameters:
    ///   - config: lines after the `listener` line; they belong to it where they can.
    ///   - persistence: whether retained messages survive a restart.
    ///   - isVerbose: whether it logs each message.
    package func start(config: String = "allow_anonymous true", persistence: Bool = false, isVerbose: Bool = true) async throws {
        guard let path = Self.path else { throw SupportFailure("mosquitto is not installed") }
        let text = """
            user \(NSUserName())
            per_listener_settings false
            max_queued_messages 0
            persistence \(persistence)
            persistence_location \(folder.path)/
            listener \(port) 127.0.0.1
            \(config)
            """
        let file = try folder.write(text, to: "mosquitto.conf")
        let process = try spawn([path, "-c", file] + (isVerbose ? ["-v"] : []), output: folder.path("mosquitto.log"))
        self.process = process
        try await eventually("mosquitto answers on port \(port); its log: \(self.log)") {
            guard waitpid(process, nil, WNOHANG) == 0 else {
                self.process = nil
                throw SupportFailure("mosquitto ended: \(self.log)")
            }
            return isListening(port: self.port)
        }
    }

    /// Writes the file that a configuration names as `password_file`, with these users; each one's password is its name.
    package func setPasswords(_ users: [String], file: String = "passwords") throws {
        try setPasswords(Dictionary(uniqueKeysWithValues: users.map { ($0, $0) }), file: file)
    }

    package func setPasswords(_ users: [String: String], file: String = "passwords") throws {
        for (index, user) in users.enumerated() {
            let create = index == 0 ? ["-c"] : []
            let code = try run(["/usr/bin/mosquitto_passwd"] + create + ["-b", folder.path(file), user.key, user.value])
            guard code == 0 else { throw SupportFailure("mosquitto_passwd ended with \(code)") }
        }
        chmod(folder.path(file), 0o644)
    }

    /// Lines of a configuration that let in only who has a password.
    package var passwordConfig: String { "allow_anonymous false\npassword_file \(folder.path("passwords"))" }

    /// What the broker logged so far.
    package var log: String { folder.content("mosquitto.log") }

    /// A clean stop, which saves retained messages where persistence is on.
    package func stop() { end(SIGTERM) }

    /// The end of a broker that had no time to save or to say goodbye.
    package func kill() { end(SIGKILL) }

    private func end(_ number: CInt) {
        guard let process else { return }
        signal(number)
        // A frozen one would not see a SIGTERM.
        signal(SIGCONT)
        exitCode(of: process)
        self.process = nil
    }

    /// The broker takes and says nothing any more, but its connections stay up.
    package func freeze() { signal(SIGSTOP) }
    package func thaw() { signal(SIGCONT) }

    /// The broker reads its password file again and disconnects whom it does not know any more.
    package func reload() { signal(SIGHUP) }

    private func signal(_ number: CInt) {
        if let process { Glibc.kill(process, number) }
    }
}
