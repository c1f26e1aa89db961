import Foundation
import P1Parser
import TestSupport
@testable import P1MQTT

/// The telegrams of a DSMR 5 meter that never was, and what has to be published of each.
enum SimulatedMeter {
    /// The telegram of a second, with CR LF and its checksum.
    static func telegram(_ second: Int) -> [UInt8] {
        var bytes = Array("/SIM5\\2P1MQTT\r\n\r\n".utf8)
        for line in lines(second) { bytes += Array("\(line)\r\n".utf8) }
        bytes.append(UInt8(ascii: "!"))
        return bytes + Array("\(checksum(of: bytes))\r\n".utf8)
    }

    static func checksum(of bytes: [UInt8]) -> String { CRC16.text(of: CRC16.checksum(of: bytes.span)) }

    static func capture(_ count: Int) -> [UInt8] { (0..<count).flatMap(telegram) }

    private static func lines(_ second: Int) -> [String] {
        let digits = second < 10 ? "0\(second)" : "\(second)"
        return [
            "1-3:0.2.8(50)", "0-0:1.0.0(2607031815\(digits)S)", "0-0:96.1.1(4530303132333435363738)", "1-0:1.8.1(004321.9\(digits)*kWh)",
            "1-0:1.8.2(001234.056*kWh)", "1-0:2.8.1(000321.100*kWh)", "1-0:2.8.2(000654.009*kWh)", "0-0:96.14.0(0002)",
            "1-0:1.7.0(00.8\(digits)*kW)", "1-0:2.7.0(00.000*kW)", "0-0:96.7.21(00012)", "0-0:96.7.9(00003)",
            "1-0:99.97.0(1)(0-0:96.7.19)(260101021503W)(0000000301*s)", "1-0:32.32.0(00002)", "1-0:32.36.0(00000)",
            "0-0:96.13.0(48656C6C6F)", "1-0:32.7.0(231.4*V)", "1-0:31.7.0(002*A)", "1-0:21.7.0(00.8\(digits)*kW)",
            "1-0:22.7.0(00.000*kW)", "0-1:24.1.0(003)", "0-1:96.1.0(4730303938373635343332)", "0-1:24.2.1(260703181000S)(00987.654*m3)",
        ]
    }

    /// The time of the telegram of a second, as it is published.
    static func time(_ second: Int) -> String { "2026-07-03T16:15:\(second < 10 ? "0" : "")\(second).000Z" }

    /// Topics below the prefix, and payloads, without the document.
    static func values(_ second: Int) -> [String: String] {
        let digits = second < 10 ? "0\(second)" : "\(second)"
        var values = [
            "meterType": "SIM5\\2P1MQTT", "version": "50", "timestamp": time(second), "equipmentId": "4530303132333435363738",
            "serialNumber": "E0012345678", "textMessage/message": "Hello", "electricity/received/tariff1": "4321.9\(digits)",
            "electricity/received/tariff2": "1234.056", "electricity/received/actual": "0.8\(digits)",
            "electricity/delivered/tariff1": "321.100", "electricity/delivered/tariff2": "654.009",
            "electricity/delivered/actual": "0.000", "electricity/tariffIndicator": "2", "electricity/numberOfPowerFailures": "12",
            "electricity/numberOfLongPowerFailures": "3",
            "electricity/longPowerFailureLog":
                #"{"count":1,"log":[{"startOfFailure":"2026-01-01T01:10:02.000Z","endOfFailure":"2026-01-01T01:15:03.000Z","#
                + #""duration":301,"unit":"s"}]}"#,
            "electricity/voltageSags/L1": "2", "electricity/voltageSwell/L1": "0", "electricity/instantaneous/voltage/L1": "231.4",
            "electricity/instantaneous/current/L1": "2", "electricity/instantaneous/power/positive/L1": "0.8\(digits)",
            "electricity/instantaneous/power/negative/L1": "0.000", "derived/received/total": "5555.9\(second + 56)",
            "derived/delivered/total": "975.109", "derived/netPower/total": "0.8\(digits)", "derived/netPower/L1": "0.8\(digits)",
            "derived/current/L1": "2",
        ]
        let gas = [
            "deviceType": "003", "equipmentId": "4730303938373635343332", "serialNumber": "G0098765432",
            "timestamp": "2026-07-03T16:10:00.000Z",
            "reading": "987.654",
        ]
        for (key, value) in gas {
            values["gas/\(key)"] = value
            values["mbus/1/\(key)"] = value
        }
        return values
    }

    /// The same bytes as a line with 7 data bits and even parity shows them to one that reads 8.
    static func withEvenParity(_ bytes: [UInt8]) -> [UInt8] {
        bytes.map { $0.nonzeroBitCount & 1 == 0 ? $0 : $0 | 0x80 }
    }
}

extension PseudoTerminal {
    /// Writes in portions, as the other end takes them.
    func send(_ bytes: [UInt8], portion: Int) async throws {
        _ = fcntl(master, F_SETFL, fcntl(master, F_GETFL) | O_NONBLOCK)
        var sent = 0
        while sent < bytes.count {
            let chunk = Array(bytes[sent..<min(sent + portion, bytes.count)])
            var count = write(master, chunk, chunk.count)
            if count < 0 {
                try await eventually("room in the pseudo-terminal") {
                    count = write(master, chunk, chunk.count)
                    return count > 0
                }
            }
            sent += count
        }
    }
}

extension Subscriber {
    /// Waits for the document of the telegram of a second.
    func waitForDocument(_ second: Int, prefix: String = "p1") async throws {
        try await waitUntil("the document of second \(second) under \(prefix)", within: .seconds(30)) { arrivals in
            arrivals.contains { $0.topic == "\(prefix)/json" && $0.payload.contains("\"timestamp\":\"\(SimulatedMeter.time(second))\"") }
        }
    }

    /// The messages under a prefix but for those of the bridge, cut behind each document.
    func telegrams(prefix: String = "p1") -> [[Arrival]] {
        var telegrams: [[Arrival]] = [[]]
        for arrival in arrivals where arrival.topic.hasPrefix("\(prefix)/") && !arrival.topic.hasPrefix("\(prefix)/bridge/") {
            telegrams[telegrams.count - 1].append(arrival)
            if arrival.topic == "\(prefix)/json" { telegrams.append([]) }
        }
        return telegrams
    }
}
