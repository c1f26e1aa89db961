import Foundation

/// A real mosquitto on a free port of the loopback, in a temporary folder of its own.
final class MosquittoBroker: @unchecked Sendable {
    // Sendable: a test drives its broker from one task at a time.
    let port: Int
    let folder: URL
    private var process: pid_t?

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    static let path = ["/usr/sbin/mosquitto", "/usr/bin/mosquitto", "/usr/local/sbin/mosquitto"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// Prepares a broker; `start` runs it.
    init() throws {
        folder = try temporaryFolder()
        port = try freePort()
    }

    /// A plain broker that lets everyone in and keeps nothing on disk.
    static func started() async throws -> MosquittoBroker {
        let broker = try MosquittoBroker()
        try await broker.start()
        return broker
    }

    deinit {
        kill()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Starts (or starts again on the same port) and returns when the port answers.
    /// - Parameters:
    ///   - config: lines after the `listener` line; they belong to it where they can.
    ///   - persistence: whether retained messages survive a restart.
    ///   - isVerbose: whether it logs each message.
    func start(config: String = "allow_anonymous true", persistence: Bool = false, isVerbose: Bool = true) async throws {
        guard let path = Self.path else { throw Failure(description: "mosquitto is not installed") }
        let text = """
            user \(NSUserName())
            per_listener_settings false
            max_queued_messages 0
            persistence \(persistence)
            persistence_location \(folder.path)/
            listener \(port) 127.0.0.1
            \(config)
            """
        let file = folder.appendingPathComponent("mosquitto.conf")
        try text.write(to: file, atomically: true, encoding: .utf8)
        let process = try spawn([path, "-c", file.path] + (isVerbose ? ["-v"] : []), output: logFile)
        self.process = process
        try await eventually("mosquitto answers on port \(port); its log: \(self.log)") {
            guard waitpid(process, nil, WNOHANG) == 0 else {
                self.process = nil
                throw Failure(description: "mosquitto ended: \(self.log)")
            }
            return isListening(port: self.port)
        }
    }

    private var logFile: String { folder.appendingPathComponent("mosquitto.log").path }

    /// What the broker logged so far.
    var log: String {
        FileManager.default.contents(atPath: logFile).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// A clean stop, which saves retained messages where persistence is on.
    func stop() { end(SIGTERM) }

    /// The end of a broker that had no time to save or to say goodbye.
    func kill() { end(SIGKILL) }

    private func end(_ number: CInt) {
        guard let process else { return }
        signal(number)
        // A frozen one would not see a SIGTERM.
        signal(SIGCONT)
        waitpid(process, nil, 0)
        self.process = nil
    }

    /// The broker takes and says nothing any more, but its connections stay up.
    func freeze() { signal(SIGSTOP) }
    func thaw() { signal(SIGCONT) }

    /// The broker reads its password file again and disconnects whom it does not know any more.
    func reload() { signal(SIGHUP) }

    private func signal(_ number: CInt) {
        if let process { Glibc.kill(process, number) }
    }
}

/// Waits for something to become true, and fails with `what` when it does not in time.
func eventually(
    _ what: @autoclosure () -> String, within limit: Duration = .seconds(15),
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            throw MosquittoBroker.Failure(description: "not within \(limit): \(what())")
        }
        try await Task.sleep(for: .milliseconds(10))
    }
}

/// Starts a program whose output is appended to a file.
/// - Parameter input: a descriptor that it reads; `nil` for that of the tests.
func spawn(_ arguments: [String], input: CInt? = nil, output: String) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input { posix_spawn_file_actions_adddup2(&actions, input, 0) }
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    // The threads of tests block signals, and a child would inherit that.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var nothing = sigset_t()
    sigemptyset(&nothing)
    posix_spawnattr_setsigmask(&attributes, &nothing)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var argv = arguments.map { strdup($0) } + [nil]
    defer { argv.forEach { free($0) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, arguments[0], &actions, &attributes, &argv, environ)
    guard code == 0 else { throw MosquittoBroker.Failure(description: "\(arguments[0]): errno \(code)") }
    return process
}

func temporaryFolder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("p1mqtt-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
}

/// A port of the loopback that nothing listened on a moment ago.
func freePort() throws -> Int {
    let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var address = loopback(port: 0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, size) == 0 ? getsockname(descriptor, $0, &size) : -1
        }
    }
    guard code == 0 else { throw MosquittoBroker.Failure(description: "no free port: errno \(errno)") }
    return Int(UInt16(bigEndian: address.sin_port))
}

func loopback(port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    return address
}

func isListening(port: Int) -> Bool {
    let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var address = loopback(port: port)
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
}
