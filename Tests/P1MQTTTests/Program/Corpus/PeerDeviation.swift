import Foundation
import P1Parser
@testable import P1MQTT

/// Why a document rightly differs from what another parser made of the same telegram: rules, not files.
struct PeerDeviation: Sendable {
    /// Why the document is right.
    let reason: String
    /// Whether it explains this difference.
    let explains: @Sendable (PeerDifference) -> Bool

    init(_ reason: String, _ explains: @escaping @Sendable (PeerDifference) -> Bool) {
        self.reason = reason
        self.explains = explains
    }

    static func index(for difference: PeerDifference) -> Int? {
        all.firstIndex { $0.explains(difference) }
    }

    private static let amsterdam = TimeZone(identifier: "Europe/Amsterdam") ?? .gmt

    static let all = [
        PeerDeviation("W and S decide on summer time (A4); the other parser asks the time zone of Amsterdam") {
            guard let theirs = PeerComparison.seconds($0.expected), let ours = PeerComparison.seconds($0.found) else { return false }
            // S in winter is an hour earlier than the zone has it, W in summer an hour later.
            return theirs - ours == (amsterdam.isDaylightSavingTime(for: Date(timeIntervalSince1970: Double(theirs))) ? -3600 : 3600)
        },
        PeerDeviation("a version of blanks is none (Sibelga)") { $0.code == "0-0:96.1.4" && $0.expected.isHexOfBlanks },
        PeerDeviation("of several ids of a meter the first in the catalogue is its id (EasyMeter)") {
            $0.code == "1-0:0.0.0*255" && $0.found.hasSuffix($0.expected)
        },
        PeerDeviation("names and messages are shown as text; the other parser shows the codes of their letters") {
            ["0-0:42.0.0", "0-0:96.13.0"].contains($0.code) && $0.expected == $0.found.utf8.map { byte in byte.hexadecimal }.joined()
        },
        PeerDeviation("a power factor above 1 is none: it is under unknown/ as sent (Sagemcom in Hungary)") {
            $0.code.hasSuffix("3.7.0") && (FixedDecimal($0.expected).map { FixedDecimal(mantissa: 1) < $0 } ?? false)
                && $0.found == "nothing"
        },
        PeerDeviation("the first day of 2000 and all before means that no time was set") {
            let unset = ["1999-12-31T23:", "2000-01-01T", "1970-01-01T00:00:"]
            return $0.found == "nothing" && unset.contains(where: $0.expected.hasPrefix)
        },
        PeerDeviation("a tariff in the hexadecimal codes of its characters is its number: 5431 is T1 (Metcom)") {
            $0.code == "0-0:96.14.0" && $0.expected == "5431" && $0.found == "1"
        },
        PeerDeviation("a meter on the M-Bus whose time was never set has no reading") {
            $0.code.contains(":24.2.") && $0.expected == "0" && $0.found == "nothing"
        },
        PeerDeviation("times of COSEM, in hexadecimal, are times (Metcom)") {
            $0.code == "0-0:1.0.0" && $0.expected == "nothing" && PeerComparison.seconds($0.found) != nil
        },
        PeerDeviation("a bracket within brackets is damage: the line is left out") {
            $0.code == "1-0:1.7.0" && $0.expected == "0.123" && $0.found == "nothing"
        },
    ]
}

extension String {
    fileprivate var isHexOfBlanks: Bool { count.isMultiple(of: 2) && replacing("20", with: "").isEmpty && !isEmpty }
}

extension UInt8 {
    fileprivate var hexadecimal: String { (self < 16 ? "0" : "") + String(self, radix: 16, uppercase: true) }
}
