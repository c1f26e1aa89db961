import ArgumentParser
import Glibc
import P1MQTTBroker
import P1MQTTSystem

/// `p1mqtt health`: is the program that runs with this configuration alive?
struct HealthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Asks the running program whether it is alive, and what it knows of the broker and the meters.",
        discussion: """
            To be called with the configuration and the flags of `p1mqtt run`, on the same machine or in
            the same container. An absent broker or meter is healthy: starting the program anew would not bring it back.
            Exit status: 0 it is alive, 1 it is not there, or stuck.
            """)

    /// Seconds within which a program that lives answers.
    private static let limit = 5

    @OptionGroup var options: ConfigurationOptions

    func run() throws {
        // A file that is being edited says nothing of the program that runs.
        let draft = options.draft()
        let mqtt = draft.settings.mqtt
        let clientId = draft.settings.clientId
        let answer: String
        do throws(MachineLock.Silence) {
            answer = try MachineLock.ask(HealthAnswer.name(prefix: mqtt.topicPrefix, clientId: clientId), limit: Self.limit)
        } catch {
            StandardError.write("p1mqtt with topic prefix \(mqtt.topicPrefix) and client id \(clientId) \(Self.words(for: error))")
            for problem in draft.problems { StandardError.write("\(problem)") }
            throw ExitCode(1)
        }
        for line in answer.split(separator: "\n") { StandardOutput.writeLine(String(line)) }
        if !HealthReport.isHealthy(answer) { throw ExitCode(1) }
    }

    private static func words(for silence: MachineLock.Silence) -> String {
        switch silence {
        case .nobody: "does not run on this machine or in this container, or runs with another configuration"
        case .stuck: "is stuck: its input thread did not answer within \(limit) seconds"
        case .impossible(let code): "cannot be asked: \(String(cString: strerror(code)))"
        }
    }
}
