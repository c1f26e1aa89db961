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
        StandardOutput.writeLine("The configuration is right (\(loaded.file ?? "no file")): \(settings.meterCount).")
        var isWell = true
        if settings.metrics.listen != nil, let reason = PageServer.missingLibrary {
            StandardError.write("metrics.listen needs libmicrohttpd, which cannot be opened (\(reason)). \(PageServer.remedy)")
            isWell = false
        }
        guard connect else {
            if !isWell { throw ExitCode(1) }
            return
        }
        for broker in settings.mqtt.brokers { isWell = await tryBroker(broker, settings) && isWell }
        for meter in settings.meters { isWell = try await listen(to: meter) && isWell }
        if !isWell { throw ExitCode(1) }
    }

    private func tryBroker(_ broker: BrokerAddress, _ settings: Settings) async -> Bool {
        // Not the id of the service, which the broker would throw out.
        let clientId = BridgeIdentity.clientId(settings.bridgeTopics) + "-check"
        switch await BrokerProbe.run(settings: settings.mqtt, broker: broker, clientId: clientId) {
        case .connected(let version):
            StandardOutput.writeLine("Broker \(broker): connected\(version.map { " (\($0.sanitised))" } ?? "").")
            return true
        case .failed(let error):
            StandardOutput.writeLine("Broker: \(error)")
            return false
        }
    }

    private func listen(to meter: MeterSettings) async throws -> Bool {
        let name = meter.fleet.map { "the meters of \($0.pattern)" } ?? meter.name ?? "the meter"
        let heard = await listening.listen(meter.reader) { SourceFactory.make(meter, resolver: NameResolver(wake: $0)) }
        guard let heard else {
            StandardOutput.writeLine(
                "\(name): \(meter.fleet == nil ? "its" : "their") telegrams come over the broker; they are not tried here.")
            return true
        }
        StandardOutput.writeLine("\(name), \(heard.source):")
        for line in PortsTable.lines(for: heard) { StandardOutput.writeLine("  " + line) }
        if heard.isStopped { throw ExitCode(1) }
        return heard.accepted > 0
    }
}

extension Settings {
    /// In words: "2 meters and up to 1000 that appear on dongles/+/telegram".
    fileprivate var meterCount: String {
        let named = namedMeters.count
        let appearing = fleets.compactMap(\.fleet).map { "up to \($0.maximumMeters) that appear on \($0.pattern)" }
        let parts = (named > 0 || appearing.isEmpty ? ["\(named) meter\(named == 1 ? "" : "s")"] : []) + appearing
        return parts.joined(separator: " and ") + (share.share.map { ", shared as worker \($0.worker) of \($0.of)" } ?? "")
    }
}
