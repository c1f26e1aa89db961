import Logging
import Testing
@testable import P1MQTT

@Suite("Console log") struct ConsoleLogTests {
    @Test("time in UTC, level, message, and the rest in brackets") func line() {
        #expect(
            ConsoleLog.line(.warning, "it is gone", ["meter": "roof", "broker": "a:1"], at: 1_783_095_302)
                == "2026-07-03T16:15:02Z WARNING it is gone (broker=a:1 meter=roof)")
        #expect(ConsoleLog.line(.info, "hello", [:], at: 0) == "1970-01-01T00:00:00Z INFO hello")
    }

    @Test("the level of the configuration", arguments: Logger.Level.allCases) func level(_ level: Logger.Level) {
        #expect(Logger.make(LogSettings(level: level)).logLevel.rawValue == level.rawValue)
    }
}
