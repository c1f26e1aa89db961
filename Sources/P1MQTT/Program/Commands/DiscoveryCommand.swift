import P1MQTTMeter
import ArgumentParser
import P1MQTTBroker
import P1MQTTHomeAssistant
import P1MQTTInput

/// `p1mqtt discovery`: what was announced to Home Assistant.
struct DiscoveryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discovery", abstract: "Looks after what was announced to Home Assistant.",
        subcommands: [CleanCommand.self])

    /// `p1mqtt discovery clean`.
    struct CleanCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "clean",
            abstract: "Removes retained discovery that is provably ours and no longer true.",
            discussion: """
                Ours is what the bridge with this configuration has announced, by its topic prefix. What this \
                configuration, or a bridge that runs, would announce again stays. Each line is a topic and the reason. \
                With homeAssistant.enabled false all of it goes.
                Exit status: 0 done, also when there was nothing to do, 1 the broker does not answer or refuses, \
                2 wrong usage or a configuration that is not right.
                """)

        @OptionGroup var options: ConfigurationOptions

        @Flag(help: "Only list what would be removed.")
        var dryRun = false

        func run() async throws {
            let loaded = try options.load()
            for warning in loaded.warnings { StandardError.write("warning: \(warning)") }
            let settings = loaded.settings
            try tell(try await clean(settings))
        }

        private func clean(_ settings: Settings) async throws -> DiscoveryCleanup.Result {
            // Not the id of the service, which the broker would throw out.
            let clientId = BridgeIdentity.clientId(settings.bridgeTopics) + "-clean"
            let isDryRun = dryRun
            do {
                return try await BrokerVisit.run(
                    settings: settings.mqtt, clientId: clientId, onFailure: { StandardError.write("\($0); the next one is tried") }
                ) { visit throws(MosquittoError) in
                    try DiscoveryCleanup.run(settings, on: visit, isDryRun: isDryRun)
                }
            } catch {
                StandardError.write("\(error)")
                throw ExitCode(1)
            }
        }

        private func tell(_ result: DiscoveryCleanup.Result) throws {
            for finding in result.findings { StandardOutput.writeLine("\(finding.topic) \(finding.reason)".sanitised) }
            for problem in result.problems { StandardError.write(problem.sanitised) }
            let count = result.findings.count
            StandardError.write(
                "\(count) of \(result.devices) retained device\(result.devices == 1 ? "" : "s") of this bridge "
                    + (dryRun ? "would be removed." : "removed."))
            if !result.problems.isEmpty { throw ExitCode(1) }
        }
    }
}

extension DiscoveryCleanup {
    /// What a clean-up found and did.
    struct Result: Sendable {
        /// What was removed, or would be.
        var findings: [Finding]
        /// How many devices of this bridge there are.
        var devices: Int
        var problems: [String] = []
    }

    /// Reads, judges and deletes.
    static func run(_ settings: Settings, on visit: BrokerVisit, isDryRun: Bool) throws(MosquittoError) -> Result {
        var cleanup = DiscoveryCleanup(
            settings.homeAssistant, prefix: settings.mqtt.topicPrefix, worker: settings.share.share?.worker,
            meters: settings.namedMeters.map(\.name), mayAppear: !settings.fleets.isEmpty, keepsDocuments: settings.mqtt.retain)
        let first = try visit.readRetained(cleanup.filters) { cleanup.take($0, $1) }
        let second = try visit.readRetained(cleanup.evidence) { cleanup.take($0, $1) }
        var result = Result(findings: cleanup.findings, devices: cleanup.devices.count)
        result.problems += (first.refused + second.refused).map { "The broker does not let this user read \($0)." }
        let ignored = first.ignored + second.ignored + cleanup.ignored
        if ignored > 0 { result.problems.append("\(ignored) messages were too many or too large to be looked at.") }
        guard !isDryRun else { return result }
        for (topic, reason) in try visit.deleteRetained(result.findings.map(\.topic)) {
            result.findings.removeAll { $0.topic == topic }
            result.problems.append("The broker did not take the removal of \(topic): \(reason).")
        }
        return result
    }
}
