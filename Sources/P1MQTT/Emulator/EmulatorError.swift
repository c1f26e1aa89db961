/// Why a meter cannot be emulated: which setting or file, what is wrong with it, and what to do.
package enum EmulatorError: Error, Equatable, Sendable {
    case unknownProfile(String)
    /// A number that cannot be used; `allowed` says which can.
    case number(setting: String, text: String, allowed: String)
    case startTime(String)
    /// A fault that cannot be read, and what is allowed there.
    case fault(String, allowed: String)
    /// A capture has no registers that could be changed.
    case faultNeedsProfile(String)
    /// The system's words for why the capture cannot be read.
    case replayUnreadable(path: String, reason: String)
    case replayTooLarge(path: String, limit: Int)
    /// The file has no line that starts with `/`, or none of them belongs to a telegram.
    case replayEmpty(path: String)
}

extension EmulatorError: CustomStringConvertible {
    /// A sentence with the remedy.
    package var description: String {
        switch self {
        case .unknownProfile(let name):
            "there is no profile \"\(name)\"; choose one of \(EmulatorProfile.names.joined(separator: ", "))"
        case .number(let setting, let text, let allowed):
            "\(setting) is \"\(text)\"; give \(allowed)"
        case .startTime(let text):
            "startTime is \"\(text)\"; give a time in UTC from 2000 to 2099 such as \"2026-01-31T12:00:00Z\""
        case .fault(let text, let allowed):
            "the fault \(text) cannot be used; give \(allowed)"
        case .faultNeedsProfile(let type):
            "a fault of type \(type) needs a profile; a capture that is replayed can have bitErrors, cut and silent"
        case .replayUnreadable(let path, let reason):
            "the capture \(path) cannot be read: \(reason); check the path and its permissions"
        case .replayTooLarge(let path, let limit):
            "the capture \(path) is larger than \(limit / 1_000_000) MB; cut a shorter piece from it"
        case .replayEmpty(let path):
            "there is no telegram in \(path); a capture holds the bytes of a P1 port, from a line that starts with / to one that starts with !"
        }
    }
}
