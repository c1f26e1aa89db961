import FuzzSupport
import P1Parser
@testable import P1MQTTHomeAssistant
@testable import P1MQTTMeter

/// What must hold whatever a broker keeps under the topics of discovery and of a meter: strangers write there too.
///
/// An input has a retained message on each line: its topic, a blank, its payload.
enum DiscoveryProperties {
    static func check(_ input: [UInt8]) {
        var cleanup = DiscoveryCleanup(HomeAssistantSettings(), prefix: "p1", meters: [nil, "roof"], keepsDocuments: true)
        var topics: Set<String> = []
        var payloads: [[UInt8]] = []
        for line in input.split(separator: 0x0A).prefix(8) {
            guard let blank = line.firstIndex(of: 0x20) else { continue }
            let topic = String(decoding: line[..<blank], as: UTF8.self)
            let payload = Array(line[(blank + 1)...])
            cleanup.take(topic, payload)
            topics.insert(topic)
            payloads.append(payload)
        }
        for device in cleanup.devices {
            require(topics.contains(device.topic) && device.topic.hasPrefix("homeassistant/device/p1mqtt_"), "a device has its topic")
        }
        let known = Set(cleanup.devices.map(\.topic))
        for finding in cleanup.findings { require(known.contains(finding.topic), "only what is ours is ever deleted") }
        _ = cleanup.evidence
        var sample = Portions(of: input)
        if let first = payloads.first, sample.isOne(of: 2) { recall(first) }
    }

    /// A document that an earlier run is said to have published leads to deletions under our own ids only.
    private static func recall(_ payload: [UInt8]) {
        guard let tree = try? JSONReader.read(payload) else { return }
        let topics = DiscoveryTopics(MeterTopics(bridgePrefix: "p1", meterName: nil))
        var discovery = MeterDiscovery(settings: HomeAssistantSettings(), topics: topics, version: "1")
        require(discovery.recall(tree).isEmpty, "a document alone deletes and announces nothing")
        for document in documents {
            for topic in discovery.update(document).forget {
                require(topic.hasPrefix("homeassistant/device/p1mqtt_"), "only what is ours is ever deleted: \(topic)")
                require(Topic.fault(in: topic) == nil, "what is deleted is one topic: \(topic)")
            }
        }
        var interpreter = TelegramInterpreter(TelegramInterpreter.Options())
        interpreter.recall(tree)
        var events = MeterEventWatch()
        events.recall(tree)
        var mbus = MBusAvailability()
        mbus.recall(tree)
        for document in documents { _ = events.look(at: document) }
    }

    /// Two telegrams of a meter that is there now.
    private static let documents: [CompletedDocument] = {
        let lines = """
            1-3:0.2.8(50)\r\n0-0:1.0.0(260703181500S)\r\n0-0:96.1.1(4B31)\r\n1-0:1.8.1(000100.000*kWh)\r\n1-0:1.7.0(00.100*kW)\r\n\
            0-1:24.1.0(003)\r\n0-1:96.1.0(4731)\r\n0-1:24.2.1(260703181000S)(00010.000*m3)\r\n
            """
        var interpreter = TelegramInterpreter(TelegramInterpreter.Options())
        return Lines.telegrams(Array((lines + "!\r\n" + lines).utf8)).map { interpreter.complete($0, arrival: nil).document }
    }()
}
