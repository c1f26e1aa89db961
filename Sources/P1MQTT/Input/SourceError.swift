import SystemPackage

/// Why a source cannot be opened or has broken off: which one, what happened, and what a person can do.
package struct SourceError: Error, Equatable, Sendable {
    /// The kind of fault. A fault is reported anew only when this changes.
    package enum Cause: Equatable, Hashable, Sendable {
        case notFound
        /// A glob matches several ports.
        case ambiguous
        case forbidden
        /// Another process has it.
        case busy
        case notASerialPort
        /// A setting that this system cannot fulfil.
        case setting
        case unplugged
        case unresolved
        case refused
        case unreachable
        case timedOut
        case closedByPeer
        /// A library of the system that is not there, or too old.
        case library
        case certificate
        /// A server's answer that is no success, by its HTTP status.
        case answer(Int)
        /// What came is no telegram, or too much.
        case content
        /// Any other fault of a system call, by errno.
        case system(CInt)
    }

    var cause: Cause
    /// A sentence without the name of the source.
    package var reason: String
    /// What to do about it, in whole sentences; `nil` when waiting is all there is.
    package var remedy: String?

    package init(_ cause: Cause, _ reason: String, remedy: String? = nil) {
        self.cause = cause
        self.reason = reason
        self.remedy = remedy
    }

    /// A fault of a system call that needs no explanation beyond the system's own.
    package static func system(_ call: String, _ code: CInt) -> SourceError {
        SourceError(.system(code), "\(call) failed: \(text(code))")
    }

    /// The system's words for an errno.
    package static func text(_ code: CInt) -> String {
        Errno(rawValue: code).description
    }
}

extension SourceError: CustomStringConvertible {
    package var description: String {
        remedy.map { "\(reason). \($0)" } ?? reason
    }
}
