package import SystemPackage

/// Why something that hands bytes to others cannot begin or go on: what it tried, the system's words, and what to do.
package struct OutputError: Error, Equatable, CustomStringConvertible {
    package var what: String
    package var code: Errno
    package var remedy: String?

    package init(what: String, code: Errno, remedy: String? = nil) {
        self.what = what
        self.code = code
        self.remedy = remedy
    }

    package var description: String {
        "\(what): \(code)" + (remedy.map { ". \($0)" } ?? "")
    }
}
