import Glibc
import SystemPackage

/// Small looks into /proc and /sys, where a file that cannot be read just means that nothing is known. By hand, because
/// swift-system reads no folders and no links.
package enum SystemFile {
    /// The names in a folder, in order.
    package static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            // `d_name` is a C string within the entry, which lives until the next `readdir`.
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    package static func linkTarget(_ path: String) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
            guard let base = buffer.baseAddress else { return nil }
            let count = readlink(path, base, buffer.count)
            guard count > 0 else { return nil }
            return String(decoding: UnsafeRawBufferPointer(buffer).prefix(count), as: UTF8.self)
        }
    }

    /// The first 4 kB without the line end; `nil` when there is no such file, or none that can be read.
    package static func text(_ path: String) -> String? {
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
            guard let file = try? FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec) else { return nil }
            let count = try? file.closeAfter { try file.read(into: buffer) }
            return count.map { buffer[..<$0] }.map { String(decoding: $0.last == 0x0A ? $0.dropLast() : $0, as: UTF8.self) }
        }
    }
}
