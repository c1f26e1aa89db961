package import Foundation

/// Where a child process reads from.
package enum ChildInput {
    case nothing
    case file(String)
    case descriptor(CInt)
}

/// Starts a program whose output is appended to a file. It inherits no other descriptor and no signal mask.
/// - Parameters:
///   - environment: its variables; `nil` for those of the tests.
///   - errors: the file of its standard error; by default that of its output.
///   - leadsGroup: whether it is a process group with all that it starts, for `killGroup`.
package func spawn(
    _ arguments: [String], environment: [String: String]? = nil, input: ChildInput = .nothing, output: String, errors: String? = nil,
    leadsGroup: Bool = false
) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    switch input {
    case .nothing: posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    case .file(let path): posix_spawn_file_actions_addopen(&actions, 0, path, O_RDONLY, 0)
    case .descriptor(let descriptor): posix_spawn_file_actions_adddup2(&actions, descriptor, 0)
    }
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    if let errors {
        posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    } else {
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
    }
    // Tests run side by side: a copy of somebody else's descriptor would keep a pipe or a terminal open.
    _ = closeOthers?(&actions, 3)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var nothing = sigset_t()
    sigemptyset(&nothing)
    posix_spawnattr_setsigmask(&attributes, &nothing)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | (leadsGroup ? POSIX_SPAWN_SETPGROUP : 0)))
    var argv = arguments.map { strdup($0) } + [nil]
    var variables = (environment ?? ProcessInfo.processInfo.environment).map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { (argv + variables).forEach { free($0) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, arguments[0], &actions, &attributes, &argv, &variables)
    guard code == 0 else { throw SupportFailure("\(arguments[0]): errno \(code)") }
    return process
}

/// What glibc has since 2.34 and Swift does not see, as its header hides it.
private let closeOthers = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np").map {
    unsafeBitCast($0, to: (@convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, CInt) -> CInt).self)
}

/// Runs a program to its end.
/// - Returns: its exit code, or the negative number of the signal that ended it.
@discardableResult
package func run(_ arguments: [String], output: String = "/dev/null") throws -> CInt {
    exitCode(of: try spawn(arguments, output: output))
}

/// Waits for the end of a child; its exit code, or the negative number of the signal that ended it.
@discardableResult
package func exitCode(of child: pid_t) -> CInt {
    var status: CInt = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    return exitCode(status: status)
}

/// What `waitpid` says of the end of a child, in one number.
package func exitCode(status: CInt) -> CInt {
    status & 0x7F == 0 ? (status >> 8) & 0xFF : -(status & 0x7F)
}

/// Ends a child and all that it started, and waits for it.
package func killGroup(of child: pid_t) {
    kill(-child, SIGKILL)
    exitCode(of: child)
}
