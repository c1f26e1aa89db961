import Glibc

/// How many descriptors this process may have open.
package enum DescriptorLimit {
    /// What the program needs beside one for each meter: standard streams, broker, wake descriptors, logs, look-ups.
    package static let own = 24

    /// How to give it more.
    package static let remedy = "systemd: LimitNOFILE, docker: --ulimit nofile"

    /// Raises the limit to the hard one, for a thousand meters over TCP. Returns the limit that holds afterwards:
    /// a system that refuses leaves the old one.
    @discardableResult
    package static func raise() -> Int {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return 0 }
        let old = limit.rlim_cur
        limit.rlim_cur = limit.rlim_max
        let holds = setrlimit(resource, &limit) == 0 ? limit.rlim_cur : old
        return Int(clamping: holds)
    }

    private static var resource: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_NOFILE.rawValue) }
}
