import Glibc
import P1MQTTMeter
import P1MQTTSystem
import P1Parser

/// What the system says of this process, under the names that Prometheus' own clients have for it. `nil`: it does not say.
struct ProcessFigures: Sendable {
    /// Since 1970.
    var startTime: FixedDecimal
    var cpuSeconds: FixedDecimal?
    var residentMemory: Int?
    var virtualMemory: Int?
    var threads: Int?
    var openDescriptors: Int?
    var maximumDescriptors: Int?

    /// - Parameter started: milliseconds since 1970.
    init(startedAt started: Int64) {
        startTime = FixedDecimal(mantissa: started, scale: 3)
        read(stat: SystemFile.text("/proc/self/stat") ?? "")
        // Without the one that reads the folder.
        openDescriptors = max(0, SystemFile.names(in: "/proc/self/fd").count - 1)
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 { maximumDescriptors = Int(clamping: limit.rlim_cur) }
    }

    /// Takes what stands in /proc/PID/stat, see proc(5).
    mutating func read(stat: String) {
        // The name of the program, in brackets, may hold anything.
        guard let name = stat.lastIndex(of: ")") else { return }
        let fields = stat[stat.index(after: name)...].split(separator: " ").map { Int64($0) }
        guard fields.count > 21, let user = fields[11], let system = fields[12] else { return }
        // Linux counts in hundredths for every program, whatever the kernel's own clock is.
        cpuSeconds = FixedDecimal(mantissa: user + system, scale: 2)
        threads = fields[17].map(Int.init)
        virtualMemory = fields[20].map(Int.init)
        residentMemory = fields[21].map { Int($0) * sysconf(CInt(_SC_PAGESIZE)) }
    }
}
