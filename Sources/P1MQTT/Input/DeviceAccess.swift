import Glibc
import P1MQTTSystem

/// Who may open a device, and who has it open: what the errors of a serial port are made of.
package struct DeviceAccess: Equatable, Sendable {
    var owner: String
    package var group: String
    var groupID: UInt32
    /// Permission bits, such as 0o660.
    var mode: UInt32
    package var isReadable: Bool

    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        owner = Self.userName(status.st_uid)
        group = Self.groupName(status.st_gid)
        groupID = status.st_gid
        mode = UInt32(status.st_mode) & 0o7777
        isReadable = access(path, R_OK | W_OK) == 0
    }

    /// "root:dialout 0660"
    package var text: String {
        let digits = String(mode, radix: 8)
        return "\(owner):\(group) \(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)"
    }

    /// Explains EACCES and EPERM on a device with names, numbers and the commands that help.
    static func refusal(of path: String, code: CInt) -> SourceError {
        let user = userName(geteuid())
        let groups = ownGroups().map(groupName).joined(separator: ", ")
        guard let device = DeviceAccess(path) else {
            return SourceError(.forbidden, "\(path) may not be opened by user \(user): \(SourceError.text(code))")
        }
        let reason = "\(path) belongs to \(device.text) and may not be opened by user \(user) (groups: \(groups))"
        let isMember = ownGroups().contains(device.groupID)
        guard code == EACCES, device.mode & 0o060 == 0o060, !isMember, device.groupID != 0 else {
            return SourceError(
                .forbidden, reason,
                remedy: code == EPERM || isMember
                    ? "In a container pass the device in with --device \(path) (compose: devices)."
                    : "Give the device a group with a udev rule such as "
                        + "SUBSYSTEM==\"tty\", GROUP=\"dialout\", MODE=\"0660\", and join that group.")
        }
        return SourceError(
            .forbidden, reason,
            remedy: "Run `sudo usermod -aG \(device.group) \(user)` and log in again (restart the service); "
                + "in a container add `--group-add \(device.groupID)` (compose: group_add: [\"\(device.groupID)\"]).")
    }

    /// Other programs that have the device open, as "node-red (pid 123)": those that /proc shows to this user.
    /// A process that we have just forked still has our descriptors until it becomes another program, so our own
    /// program does not count here; its second instance shows in the file lock.
    static func holders(of path: String) -> [String] {
        processes(with: path) { SystemFile.linkTarget("/proc/\($0)/exe") != SystemFile.linkTarget("/proc/self/exe") }
    }

    /// Who may hold the file lock of a device, another p1mqtt as a rule.
    static func lockHolders(of path: String) -> [String] {
        processes(with: path) { _ in true }
    }

    private static func processes(with path: String, where isMeant: (pid_t) -> Bool) -> [String] {
        let device = PortPath.resolvingLinks(path)
        let own = getpid()
        var found: [String] = []
        for entry in SystemFile.names(in: "/proc") {
            guard let process = pid_t(entry), process != own else { continue }
            let folder = "/proc/\(process)/fd"
            let isHolder = SystemFile.names(in: folder).contains { SystemFile.linkTarget("\(folder)/\($0)") == device }
            guard isHolder, isMeant(process) else { continue }
            found.append("\(SystemFile.text("/proc/\(process)/comm") ?? "a process") (pid \(process))")
        }
        return found
    }

    /// The port is taken; names who has it, as far as it is known.
    static func busy(_ path: String, by holders: [String]) -> SourceError {
        let who = holders.isEmpty ? "another process" : holders.joined(separator: ", ")
        return SourceError(
            .busy, "\(path) is in use by \(who)",
            remedy: "Stop that program, or let it leave this port alone: two readers take each other's bytes."
                + (holders.isEmpty ? " `sudo fuser -v \(path)` shows which it is." : ""))
    }

    static func userName(_ id: uid_t) -> String {
        guard let entry = getpwuid(id), let name = entry.pointee.pw_name else { return String(id) }
        return String(cString: name)
    }

    static func groupName(_ id: gid_t) -> String {
        guard let entry = getgrgid(id), let name = entry.pointee.gr_name else { return String(id) }
        return String(cString: name)
    }

    private static func ownGroups() -> [gid_t] {
        var groups = [gid_t](repeating: 0, count: 256)
        let count = getgroups(256, &groups)
        let listed = Array(groups.prefix(max(0, Int(count))))
        return listed.contains(getegid()) ? listed : [getegid()] + listed
    }
}
