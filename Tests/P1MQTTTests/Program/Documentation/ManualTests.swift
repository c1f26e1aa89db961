import ArgumentParser
import Foundation
import Testing
@testable import P1MQTT

/// The pages of the manual that the Debian package and `make install` bring are those of the program.
/// `UPDATE_README=1 swift test --filter ManualTests` writes them.
@Suite("Manual", .serialized) struct ManualTests {
    private func expect(_ name: String, _ content: String) throws {
        try GeneratedFile.expect("packaging/man/\(name)", content, suite: "ManualTests")
    }

    @Test("p1mqtt(1) is what the commands say of themselves") func commands() throws {
        let page = try CommandManual.page()
        try expect("p1mqtt.1", page)
        for command in P1MQTTCommand.configuration.subcommands {
            let name = try #require(command.configuration.commandName)
            #expect(page.contains(".SS p1mqtt \(name)"), "\(name)")
        }
    }

    @Test("p1mqtt.json(5) has every setting") func settings() throws {
        let page = SettingsManual.page()
        try expect("p1mqtt.json.5", page)
        #expect(page.split(separator: "\n").count { $0 == ".TP" } == DocumentedSetting.all.count)
    }

    @Test("the example of p1mqtt.json(5) is a configuration") func example() throws {
        #expect(try settingsProblems(SettingsManual.example) == [])
    }

    @Test("keeps what roff would read as its own") func escapes() {
        #expect(ManualPage.marked("as `a-b` and \\ or 'c'") == "as \\fBa\\-b\\fP and \\(rs or \\(aqc\\(aq")
        #expect(ManualPage.escaped(".x\n'y") == "\\&.x\n\\&\\(aqy")
        // One accent alone marks nothing.
        #expect(ManualPage.marked("a`b") == "a\\(gab")
    }
}
