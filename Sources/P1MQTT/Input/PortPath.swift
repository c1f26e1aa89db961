import Glibc

/// The `path` of a serial source: a device, or a glob that must match exactly one.
package enum PortPath {
    /// Looks for the one port. Nothing is opened on the way: opening a port resets some people's other sticks.
    static func resolve(_ path: String) throws(SourceError) -> String {
        guard path.utf8.contains(where: { "*?[".utf8.contains($0) }) else { return path }
        let found = matches(of: path)
        switch found.count {
        case 1: return found[0]
        case 0:
            throw SourceError(
                .notFound, "no serial port matches \(path)",
                remedy: "Plug the P1 cable in; `p1mqtt ports` shows the ports that this system has. "
                    + "In a container the device must be passed in (`--device`).")
        default:
            throw SourceError(
                .ambiguous, "\(path) matches \(found.count) serial ports: \(found.joined(separator: ", "))",
                remedy: "Set the path of the P1 cable; `p1mqtt ports` tells which is which.")
        }
    }

    /// All matches in order; two links to the same device are one.
    static func matches(of pattern: String) -> [String] {
        var result = glob_t()
        defer { globfree(&result) }
        guard glob(pattern, 0, nil, &result) == 0, let paths = result.gl_pathv else { return [] }
        var devices: Set<String> = []
        return (0..<Int(result.gl_pathc)).compactMap { paths[$0].map { String(cString: $0) } }
            .filter { devices.insert(resolvingLinks($0)).inserted }
    }

    /// The device behind links such as those of /dev/serial/by-id; the path itself when there is none.
    package static func resolvingLinks(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }
}
