import ArgumentParser
import P1MQTTBroker
import P1MQTTInput
import P1MQTTMeter

/// `p1mqtt check`: is the configuration right, and with `--connect`, do broker and meters answer?
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Validates the configuration; with --connect also tries the broker and the meters.",
        discussion: """
            A service that reads the same port must be stopped first.
            Exit status: 0 all is well, 1 a library is missing, or a broker or a meter does not answer,
            2 the configuration is not right.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Connect to the broker and listen to each meter.")
    var connect = false

    @OptionGroup var listening: ListenOptions

    func run() async throws {
        let loaded = try options.load()
        for warning in loaded.warnings { StandardError.write("warning: \(warning)") }
        let settings = loaded.settings
        let count = settings.meters.count
        StandardOutput.writeLine("The configuration is right (\(loaded.file ?? "no file")): \(count) meter\(count == 1 ? "" : "s").")
        var isWell = true
        if settings.metrics.listen != nil, let reason = PageServer.missingLibrary {
            StandardError.write("metrics.listen needs libmicrohttpd, which cannot be opened (\(reason)). \(PageServer.remedy)")
            isWell = false
        }
        guard connect else {
            if !isWell { throw ExitCode(1) }
            return
        }
        for broker in settings.mqtt.brokers { isWell = await tryBroker(broker, settings.mqtt) && isWell }
        for meter in settings.meters { isWell = try await listen(to: meter) && isWell }
        if !isWell { throw ExitCode(1) }
    }

    private func tryBroker(_ broker: BrokerAddress, _ mqtt: MQTTSettings) async -> Bool {
        // Not the id of the service, which the broker would throw out.
        let clientId = BridgeIdentity.clientId(prefix: mqtt.topicPrefix) + "-check"
        switch await BrokerProbe.run(settings: mqtt, broker: broker, clientId: clientId) {
        case .connected(let version):
            StandardOutput.writeLine("Broker \(broker): connected\(version.map { " (\($0.sanitised))" } ?? "").")
            return true
        case .failed(let error):
            StandardOutput.writeLine("Broker: \(error)")
            return false
        }
    }

    private func listen(to meter: MeterSettings) async throws -> Bool {
        let name = meter.name ?? "the meter"
        let heard = await listening.listen(meter.reader) { SourceFactory.make(meter, resolver: NameResolver(wake: $0)) }
        guard let heard else {
            StandardOutput.writeLine("\(name): its telegrams come over the broker; they are not tried here.")
            return true
        }
        StandardOutput.writeLine("\(name), \(heard.source):")
        for line in PortsTable.lines(for: heard) { StandardOutput.writeLine("  " + line) }
        if heard.isStopped { throw ExitCode(1) }
        return heard.accepted > 0
    }
}
