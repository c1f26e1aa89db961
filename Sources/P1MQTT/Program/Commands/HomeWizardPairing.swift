import P1MQTTInput
import P1MQTTMeter
import P1MQTTSystem

/// What HomeWizard's devices answer to somebody who wants a token: a decision without a connection.
enum HomeWizardPairing {
    enum Step: Equatable {
        case token(Secret)
        /// Somebody has to press the button.
        case button
        /// The rest of a sentence that begins with "The device".
        case refused(String)
    }

    /// The body of a request for a token. A name that a device knows already gives a new token in the place of the old one,
    /// so each machine has a name of its own.
    static func request(machine: String) -> String {
        let name = machine.unicodeScalars.filter { $0.isASCII && ($0.properties.isAlphabetic || "0"..."9" ~= $0 || $0 == "-") }
        let user = "local/p1mqtt-" + String(String.UnicodeScalarView(name)).prefix(30)
        return JSONTree.members(["name": .text(user)]).json
    }

    static func step(after answer: HTTPAnswer) -> Step {
        // What is no JSON has no members.
        let json = try? JSONReader.read(answer.body)
        // Makers of clients have seen both forms.
        let error = json?["error"]?.text ?? json?["error"]?["code"]?.text ?? ""
        switch answer.status {
        case 200:
            guard let token = json?["token"]?.text, HTTPSettings.isToken(token) else { return .refused("gave no token (HTTP 200)") }
            return .token(Secret(token))
        case 403 where error == "user:creation-not-enabled": return .button
        case 404:
            return .refused(
                "knows no tokens (HTTP 404): this is no HomeWizard device, or its firmware is older than 6.\nBefore that no token is "
                    + "needed: \"url\": \"http://HOST/api/v1/telegram\", once Local API is switched on in the app.")
        case 300..<400: return .refused("sends us to another address, which is not followed (HTTP \(answer.status)).")
        case _ where error == "user:no-storage":
            return .refused("has no room for another token: remove one in its app.")
        default: return .refused("refuses (HTTP \(answer.status)\(error.isEmpty ? "" : ", \(error.sanitised)")).")
        }
    }

    /// What a device says of itself.
    struct Device: Equatable {
        var product: String
        var serial: String

        /// `nil` where it is none of HomeWizard's.
        init?(_ answer: HTTPAnswer) {
            guard answer.status == 200, let json = try? JSONReader.read(answer.body), let product = json["product_type"]?.text,
                let serial = json["serial"]?.text, 1...32 ~= serial.utf8.count,
                serial.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 }
                )
            else { return nil }
            self.product = product
            self.serial = serial
        }

        /// What the certificate of a P1 meter is for.
        var serverName: String { "appliance/p1dongle/\(serial.lowercased())" }
        var isP1Meter: Bool { product == "HWE-P1" }
    }
}
