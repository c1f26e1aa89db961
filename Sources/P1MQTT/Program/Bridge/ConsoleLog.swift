import P1MQTTSystem
import Glibc
import Logging
import P1MQTTMeter

/// The log on standard error: time in UTC, level, message, and what else is known behind it in brackets.
struct ConsoleLog: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        StandardError.log(Self.line(event.level, "\(event.message)", all, at: Moment.now().utc / 1000))
    }

    /// Bytes; a text that is longer is cut to a quarter of as many characters.
    private static let maximumLength = 4000

    static func line(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata, at secondsSince1970: Int64) -> String {
        let details = metadata.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        let word = level.rawValue.uppercased()
        let text = "\(message)\(details.isEmpty ? "" : " (\(details))")"
        // One event, one line, of a bounded length, whatever a peer or a file name put into it.
        let bounded = text.utf8.count > maximumLength ? text.prefix(maximumLength / 4) + "..." : text[...]
        return "\(ISO8601.text(secondsSince1970).dropLast(5))Z \(word) \(String(bounded).printable)"
    }
}
