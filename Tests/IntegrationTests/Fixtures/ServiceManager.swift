import Foundation
import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTSystem

/// The end of NOTIFY_SOCKET that systemd has.
final class ServiceManager: @unchecked Sendable {
    // Sendable: a test asks it from one task at a time.
    let path: String
    private let folder: TemporaryFolder
    private let descriptor: CInt
    private(set) var lines: [String] = []

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path("notify")
        descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(code == 0, "errno \(errno)")
    }

    deinit { close(descriptor) }

    /// Takes what has come; returns the new lines.
    @discardableResult
    func read() -> [String] {
        var new: [String] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = recv(descriptor, &buffer, buffer.count, 0), count > 0 {
            new += String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n").map(String.init)
        }
        lines += new
        return new
    }

    func wait(for line: String, within limit: Duration = .seconds(30)) async throws {
        try await eventually("\(line) among \(self.lines)", within: limit) {
            read()
            return lines.contains(line)
        }
    }

    /// Whether any sign of life comes within this time.
    func hears(within limit: Duration) async throws -> Bool {
        read()
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end {
            if read().contains("WATCHDOG=1") { return true }
            pause(milliseconds: 20)
        }
        return false
    }
}

/// Stops one thread of a child for a while, as a debugger does: a loop that is stuck.
final class StoppedThread {
    private let goOn = DispatchSemaphore(value: 0)
    private let isOver = DispatchSemaphore(value: 0)

    /// `nil` where this is not allowed (a container without ptrace).
    init?(of process: pid_t, named name: String) {
        guard
            let thread = SystemFile.names(in: "/proc/\(process)/task").first(where: {
                SystemFile.text("/proc/\(process)/task/\($0)/comm") == name
            }),
            let id = pid_t(thread), let trace = Self.trace
        else { return nil }
        let hasBegun = DispatchSemaphore(value: 0)
        let isStopped = Locked(false)
        let (goOn, isOver) = (goOn, isOver)
        // Only the thread that began may end it.
        Thread.detachNewThread {
            let (seize, interrupt, detach) = (0x4206, 0x4207, 17)
            var status: CInt = 0
            let stopped = trace(seize, id, 0, 0) == 0 && trace(interrupt, id, 0, 0) == 0 && waitpid(id, &status, 0x4000_0000) == id
            isStopped.withLock { $0 = stopped }
            hasBegun.signal()
            goOn.wait()
            if stopped { _ = trace(detach, id, 0, 0) }
            isOver.signal()
        }
        hasBegun.wait()
        guard isStopped.withLock({ $0 }) else {
            goOn.signal()
            return nil
        }
    }

    func resume() {
        goOn.signal()
        isOver.wait()
    }

    private typealias Trace = @convention(c) (Int, pid_t, UInt, UInt) -> Int

    /// ptrace takes variable arguments, which Swift cannot call; on Linux they are passed as these are.
    private static var trace: Trace? {
        dlsym(nil, "ptrace").map { unsafeBitCast($0, to: Trace.self) }
    }
}
