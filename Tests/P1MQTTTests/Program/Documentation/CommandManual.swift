import ArgumentParser
import Foundation
@testable import P1MQTT

/// p1mqtt(1), from what the commands say of themselves.
enum CommandManual {
    static func page() throws -> String {
        let command = try JSONDecoder().decode(Tool.self, from: Data(P1MQTTCommand._dumpHelp().utf8)).command
        var page = ManualPage("p1mqtt", section: 1, purpose: "values of smart meters (P1 port) to MQTT")
        page.section("Synopsis")
        page.paragraphs("`p1mqtt` [`COMMAND`] [`OPTION` ...]")
        page.section("Description")
        page.paragraphs(
            """
            Reads the P1 port of one or more smart meters and publishes every value to MQTT: one topic per value, the whole \
            telegram as JSON, and discovery for Home Assistant. Without a command it runs as a service (`p1mqtt run`).
            The settings stand in `p1mqtt.json`(5), which also says how environment variables are named after them.
            Data goes to standard output, the log to standard error.
            """)
        page.section("Commands")
        for subcommand in command.leaves { describe(subcommand, in: &page) }
        page.section("Options")
        page.paragraphs("Every command has these.")
        for argument in command.arguments ?? [] { describe(argument, in: &page) }
        page.section("Files")
        page.item("./config.json", ["The configuration, where it is there and none is named."])
        page.item("/etc/p1mqtt/config.json", ["The configuration of the service, and of commands where there is no other."])
        page.section("See also")
        page.paragraphs("`p1mqtt.json`(5), `mosquitto`(8), `mosquitto_sub`(1)")
        return page.text
    }

    private static func describe(_ command: Tool.Command, in page: inout ManualPage) {
        let arguments = (command.arguments ?? []).filter { !["help", "version"].contains($0.valueName) }
        let shown = arguments.filter(\.shouldDisplay)
        let isLong = shown.count > 4
        let operands = shown.filter { $0.kind == "positional" }.map(\.usage)
        let usage = isLong ? ["[options]"] + operands : shown.map(\.usage)
        page.subsection((command.path + usage).joined(separator: " "))
        page.paragraphs(command.abstract ?? "")
        page.paragraphs(command.discussion ?? "")
        for argument in shown { describe(argument, in: &page) }
    }

    private static func describe(_ argument: Tool.Argument, in page: inout ManualPage) {
        var meaning = argument.abstract ?? ""
        if let values = argument.allValues { meaning += " One of \(values.joined(separator: ", "))." }
        if let standard = argument.defaultValue { meaning += " Default: \(standard)." }
        page.item(argument.term, [meaning])
    }
}

/// What ArgumentParser tells of a program, as far as it is used here.
private struct Tool: Decodable {
    var command: Command

    struct Command: Decodable {
        var commandName: String
        var superCommands: [String]?
        var abstract: String?
        var discussion: String?
        var shouldDisplay: Bool
        var arguments: [Argument]?
        var subcommands: [Command]?

        /// `p1mqtt discovery clean`
        var path: [String] { (superCommands ?? []) + [commandName] }

        /// The commands that do something, in the order of the help.
        var leaves: [Command] {
            (subcommands ?? []).filter { $0.shouldDisplay && $0.commandName != "help" }
                .flatMap { $0.subcommands == nil ? [$0] : $0.leaves }
        }
    }

    struct Argument: Decodable {
        struct Name: Decodable {
            var kind: String
            var name: String
            var spelling: String { (kind == "long" ? "--" : "-") + name }
        }

        var kind: String
        var names: [Name]?
        var valueName: String
        var abstract: String?
        var defaultValue: String?
        var allValues: [String]?
        var shouldDisplay: Bool
        var isOptional: Bool
        var isRepeating: Bool

        /// `--config <config>`
        var term: String {
            let spellings = (names ?? []).map(\.spelling).joined(separator: ", ")
            switch kind {
            case "positional": return "<\(valueName)>" + (isRepeating ? " ..." : "")
            case "flag": return spellings
            default: return spellings + " <\(valueName)>"
            }
        }

        var usage: String { isOptional ? "[\(term)]" : term }
    }
}
