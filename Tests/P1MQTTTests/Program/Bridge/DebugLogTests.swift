import Foundation
import P1Parser
import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTMeter
@testable import P1MQTTSystem

@Suite("Debug log") struct DebugLogTests {
    private let folder: TemporaryFolder
    private let log = RecordingLog()

    init() throws { folder = try TemporaryFolder() }

    private func debugLog(in directory: String? = nil, maximumBytes: Int = 10_000_000) -> DebugLog {
        DebugLog(
            DebugSettings(enabled: true, directory: directory ?? folder.path, maximumBytes: maximumBytes), logger: log.logger)
    }

    private func write(_ text: String, to debugLog: DebugLog, meter: String? = nil, at milliseconds: Int64 = 0) {
        Array(text.utf8).withUnsafeBytes { debugLog.write(raw: $0, of: meter, at: Moment(monotonic: milliseconds, utc: 0)) }
    }

    private func content(_ name: String, in directory: String? = nil) -> String? {
        FileManager.default.contents(atPath: "\(directory ?? folder.path)/\(name)").map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("bytes as they came, documents a line each, and files of its own for a meter with a name") func files() throws {
        let debugLog = debugLog()
        write("/a\r\n", to: debugLog)
        write("b", to: debugLog)
        write("roof", to: debugLog, meter: "roof")
        let document = try TelegramFixture.document(["1-0:1.7.0(1.0*kW)"])
        debugLog.write(parsed: document, of: nil, at: Moment(monotonic: 0, utc: 0))
        debugLog.write(parsed: document, of: nil, at: Moment(monotonic: 0, utc: 0))
        #expect(content("debug-data-raw.log") == "/a\r\nb")
        #expect(content("debug-data-raw-roof.log") == "roof")
        let line = String(decoding: document.json(), as: UTF8.self)
        #expect(content("debug-data-parsed.log") == "\(line)\n\(line)\n")
        #expect(log.lines.isEmpty)
    }

    @Test("goes on where an earlier run ended") func appends() {
        write("a", to: debugLog())
        write("b", to: debugLog())
        #expect(content("debug-data-raw.log") == "ab")
    }

    @Test("starts anew at its limit and keeps one older file") func rotation() {
        let debugLog = debugLog(maximumBytes: 10)
        for text in ["aaaa", "bbbb", "cc", "dddd", "eeee", "ffff"] { write(text, to: debugLog) }
        #expect(content("debug-data-raw.log") == "ffff")
        #expect(content("debug-data-raw.log.1") == "ddddeeee")
        // The limit counts what an earlier run left.
        let second = self.debugLog(maximumBytes: 10)
        write("gggggg", to: second)
        write("h", to: second)
        #expect(content("debug-data-raw.log") == "h")
        #expect(content("debug-data-raw.log.1") == "ffffgggggg")
    }

    @Test("is readable by its owner and group alone: it holds the meter's number") func permissions() throws {
        write("a", to: debugLog())
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/debug-data-raw.log")
        let mode = try #require(attributes[.posixPermissions] as? Int)
        #expect(mode & 0o037 == 0)
    }

    @Test("a folder that is not there is reported once for each file, and once that it is back") func recovers() throws {
        let missing = folder.path + "/later"
        let debugLog = debugLog(in: missing)
        let document = try TelegramFixture.document([])
        for _ in 0..<3 {
            write("a", to: debugLog)
            debugLog.write(parsed: document, of: nil, at: Moment(monotonic: 0, utc: 0))
        }
        #expect(
            log.lines
                == ["raw", "parsed"].map {
                    "warning: cannot write the debug log \(missing)/debug-data-\($0).log: No such file or directory; "
                        + "check debug.directory and the space on its disk"
                })
        try FileManager.default.createDirectory(atPath: missing, withIntermediateDirectories: false)
        write("too early", to: debugLog, at: 59_999)
        write("b", to: debugLog, at: 60_000)
        write("c", to: debugLog, at: 60_001)
        #expect(log.lines.dropFirst(2) == ["notice: writing the debug log \(missing)/debug-data-raw.log again"])
        #expect(content("debug-data-raw.log", in: missing) == "bc")
    }

    @Test("one file that cannot be written makes one line, while the other is") func oneOfTwo() throws {
        try FileManager.default.createDirectory(atPath: folder.path + "/debug-data-parsed.log", withIntermediateDirectories: false)
        let debugLog = debugLog()
        let document = try TelegramFixture.document([])
        for _ in 0..<5 {
            write("a", to: debugLog)
            debugLog.write(parsed: document, of: nil, at: Moment(monotonic: 0, utc: 0))
        }
        #expect(log.lines.count == 1)
        #expect(content("debug-data-raw.log") == "aaaaa")
    }

    @Test("a folder that comes and goes for a week is a few hundred lines") func comesAndGoes() {
        let folder = folder.path + "/mounted"
        let debugLog = debugLog(in: folder, maximumBytes: 10)
        for minute in 0..<Int64(7 * 24 * 60) where minute % 2 == 0 {
            mkdir(folder, 0o700)
            write("a", to: debugLog, at: minute * 60_000)
            unlink(folder + "/debug-data-raw.log")
            rmdir(folder)
            // Opened anew, because it is full.
            write("aaaaaaaaaa", to: debugLog, at: minute * 60_000 + 1)
        }
        // Ten at once and two an hour, each with its end; 5040 without a limit.
        #expect((20...2 * (LogBudget.burst + 7 * 48)).contains(log.lines.count), "\(log.lines.count)")
    }

    @Test("a pipe in its place does not hold up the meters") func pipe() {
        mkfifo(folder.path + "/debug-data-raw.log", 0o600)
        write("a", to: debugLog())
        #expect(log.lines.count == 1)
    }

    @Test("does not follow a link that somebody put in its place") func link() throws {
        let victim = try folder.write("precious", to: "victim")
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/debug-data-raw.log", withDestinationPath: victim)
        write("a", to: debugLog())
        #expect(content("victim") == "precious")
        #expect(log.lines.count == 1)
    }
}
