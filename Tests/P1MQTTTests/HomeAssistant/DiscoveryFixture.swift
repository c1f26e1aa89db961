import Foundation
import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTEmulator
@testable import P1MQTTHomeAssistant
@testable import P1MQTTMeter

/// A meter with discovery, fed with telegrams that are written down in the tests.
struct DiscoveryFixture {
    var discovery: MeterDiscovery
    var interpreter = TelegramInterpreter(.init())

    init(
        language: Language = .en, bridge: String = "p1", meter: String = "p1", enabled: Bool = true,
        claims: DiscoveryClaims = DiscoveryClaims()
    ) {
        var settings = HomeAssistantSettings()
        settings.language = language
        settings.enabled = enabled
        discovery = MeterDiscovery(
            settings: settings, topics: DiscoveryTopics(bridge: bridge, meter: meter), version: P1MQTTCommand.version, claims: claims)
    }

    /// Takes a telegram `times` times; returns what the last one led to.
    @discardableResult
    mutating func feed(_ telegram: TelegramText, times: Int = 1) throws -> MeterDiscovery.Changes {
        var changes = MeterDiscovery.Changes()
        let document = interpreter.complete(try telegram.telegram(), arrival: 1_700_000_000).document
        for _ in 0..<times { changes = discovery.update(document) }
        return changes
    }

    /// What the program announces of the emulated meter of a profile, once that has read gas twice.
    static func announcement(ofProfile profile: String) throws -> [Message] {
        let settings = try EmulatorSettings(profile: .named(profile), interval: 300_000, gasInterval: 300_000)
        let fixture = PipelineFixture()
        var meter = EmulatedMeter(settings, seed: 1, now: fixture.now.utc)
        var announced: [Message] = []
        for _ in 0..<4 {
            fixture.send(meter.next(), after: 300_000)
            for message in fixture.taken() where message.kind == .discovery {
                announced.removeAll { $0.topic == message.topic }
                announced.append(message)
            }
        }
        return announced.sorted { $0.topic < $1.topic }
    }

    /// What is announced after two telegrams.
    static func announced(
        _ telegram: TelegramText, language: Language = .en, bridge: String = "p1", meter: String = "p1"
    ) throws -> [DiscoveryPayload] {
        var fixture = DiscoveryFixture(language: language, bridge: bridge, meter: meter)
        return try fixture.feed(telegram, times: 2).publish.map(DiscoveryPayload.init)
    }
}

/// A telegram as lines, without checksum.
struct TelegramText: Sendable {
    var header: String
    var lines: [String]

    init(_ header: String, _ lines: [String]) {
        self.header = header
        self.lines = lines
    }

    func telegram() throws -> Telegram {
        let bytes = Array((["/" + header, ""] + lines + ["!", ""]).joined(separator: "\r\n").utf8)
        var framer = Framer()
        var frames: [Frame] = []
        func take(_ event: Framer.Event) {
            if case .frame(let frame) = event { frames.append(frame) }
        }
        framer.feed(bytes.span, take)
        framer.finish(take)
        return Telegram(try #require(frames.first))
    }

    /// Without the lines of a code.
    func without(_ code: String) -> TelegramText {
        var result = self
        result.lines.removeAll { $0.hasPrefix(code + "(") }
        return result
    }

    /// With a line, in place of that of the same code.
    func with(_ line: String) -> TelegramText {
        var result = self
        let code = line.prefix { $0 != "(" } + "("
        if let index = result.lines.firstIndex(where: { $0.hasPrefix(code) }) {
            result.lines[index] = line
        } else {
            result.lines.append(line)
        }
        return result
    }

    /// A Dutch three-phase meter of DSMR 5 with a gas meter.
    static let dutch = TelegramText(
        "Ene5\\T210-D ESMR5.0",
        [
            "1-3:0.2.8(50)", "0-0:1.0.0(231114231320W)", "0-0:96.1.1(4530303438303030303132333435363738)",
            "1-0:1.8.1(001234.567*kWh)", "1-0:1.8.2(002345.678*kWh)", "1-0:2.8.1(000100.001*kWh)", "1-0:2.8.2(000200.002*kWh)",
            "0-0:96.14.0(0002)", "1-0:1.7.0(00.895*kW)", "1-0:2.7.0(00.000*kW)", "0-0:96.7.21(00013)", "0-0:96.7.9(00012)",
            "1-0:99.97.0(1)(0-0:96.7.19)(190403133533S)(0000006201*s)", "1-0:32.32.0(00005)", "1-0:52.32.0(00005)", "1-0:72.32.0(00004)",
            "1-0:32.36.0(00000)", "1-0:52.36.0(00000)", "1-0:72.36.0(00000)", "0-0:96.13.0()", "1-0:32.7.0(231.0*V)",
            "1-0:52.7.0(235.0*V)", "1-0:72.7.0(233.0*V)", "1-0:31.7.0(003*A)", "1-0:51.7.0(000*A)", "1-0:71.7.0(001*A)",
            "1-0:21.7.0(00.708*kW)", "1-0:41.7.0(00.057*kW)", "1-0:61.7.0(00.124*kW)", "1-0:22.7.0(00.000*kW)",
            "1-0:42.7.0(00.000*kW)", "1-0:62.7.0(00.000*kW)", "0-1:24.1.0(003)", "0-1:96.1.0(4730303534303031323334353637)",
            "0-1:24.2.1(231114231000W)(10142.194*m3)",
        ])

    /// A Belgian three-phase meter with a gas and a water meter.
    static let belgian = TelegramText(
        "FLU5\\253769484_A",
        [
            "0-0:96.1.4(50217)", "0-0:96.1.1(3153414731323334353637383930)", "0-0:1.0.0(231114231320W)", "1-0:1.8.1(000034.034*kWh)",
            "1-0:1.8.2(000015.758*kWh)", "1-0:2.8.1(000000.000*kWh)", "1-0:2.8.2(000000.011*kWh)", "1-0:1.4.0(02.351*kW)",
            "1-0:1.6.0(231109134558W)(02.589*kW)",
            "0-0:98.1.0(1)(1-0:1.6.0)(1-0:1.6.0)(231101000000W)(231023192538S)(03.695*kW)", "0-0:96.14.0(0001)",
            "1-0:1.7.0(00.000*kW)", "1-0:2.7.0(00.100*kW)", "1-0:21.7.0(00.000*kW)", "1-0:41.7.0(00.000*kW)", "1-0:61.7.0(00.000*kW)",
            "1-0:22.7.0(00.100*kW)", "1-0:42.7.0(00.000*kW)", "1-0:62.7.0(00.000*kW)", "1-0:32.7.0(234.7*V)", "1-0:52.7.0(234.7*V)",
            "1-0:72.7.0(234.7*V)", "1-0:31.7.0(000.52*A)", "1-0:51.7.0(000.00*A)", "1-0:71.7.0(000.00*A)", "0-0:96.3.10(1)",
            "0-0:17.0.0(999.9*kW)", "1-0:31.4.0(999*A)", "0-0:96.13.0()", "0-1:24.1.0(003)",
            "0-1:96.1.1(37464C4F31323334353637383930)", "0-1:24.4.0(1)", "0-1:24.2.3(231114231000W)(00112.384*m3)", "0-2:24.1.0(007)",
            "0-2:96.1.1(3853414731323334353637383930)", "0-2:24.2.1(231114231000W)(00872.234*m3)",
        ])
}

/// A discovery message, read back.
struct DiscoveryPayload {
    let topic: String
    let size: Int
    let json: [String: Any]

    init(_ message: Message) throws {
        topic = message.topic
        size = message.payload.count
        json = try #require(try JSONSerialization.jsonObject(with: Data(message.payload)) as? [String: Any])
    }

    var device: [String: Any] { json["device"] as? [String: Any] ?? [:] }
    var components: [String: [String: Any]] { json["components"] as? [String: [String: Any]] ?? [:] }
    /// Names by component key.
    var names: [String: String] { components.compactMapValues { $0["name"] as? String } }
}
