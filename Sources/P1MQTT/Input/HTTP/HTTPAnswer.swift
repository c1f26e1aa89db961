/// What a server has answered.
package struct HTTPAnswer: Equatable, Sendable {
    package var status: Int
    package var body: [UInt8]

    package init(status: Int, body: [UInt8]) {
        self.status = status
        self.body = body
    }

    /// What it means to who asked for a telegram.
    enum Meaning: Equatable {
        case telegram([UInt8])
        /// There is none yet.
        case silence
        case fault(SourceError)
    }

    func meaning(hasToken: Bool) -> Meaning {
        switch status {
        case 200: content
        case 204: .silence
        case 503 where contains("no-telegram-received"): .silence
        case 401:
            fault(
                hasToken ? "the device does not accept the token" : "the device asks for a token",
                "`p1mqtt pair HOST` and a press on the button of the device give a new one.")
        // In the words of the first version of HomeWizard's interface.
        case 403 where contains("API not enabled"):
            fault("the device's local interface is switched off", Self.switchOn)
        case 403:
            fault(
                "the device refuses the request",
                hasToken
                    ? "`p1mqtt pair HOST` and a press on the button of the device give a new token." : Self.switchOn)
        case 404:
            fault(
                "the device has nothing at this path",
                "HomeWizard: https://HOST/api/telegram needs firmware 6 or later; http://HOST/api/v1/telegram is there before that, "
                    + "until the first version of the interface is switched off or removed.")
        case 300..<400:
            fault(
                "the device sends us to another address, which is not followed",
                "Open the URL in a browser, and configure the one at which it ends.")
        case 429: fault("the device is asked too often", "Set a longer interval.")
        case 400 where contains("api-version-not-supported"):
            fault("the device does not know version 2 of the interface", "Update its firmware, or use http://HOST/api/v1/telegram.")
        default: fault("the device cannot answer", "If that goes on, restart the device, and check the path of the URL.")
        }
    }

    private static let switchOn =
        "HomeWizard: switch it on in the app (Settings, Meters, the device, Local API). Others may want a token."

    private func fault(_ reason: String, _ remedy: String) -> Meaning {
        .fault(SourceError(.answer(status), "\(reason) (HTTP \(status))", remedy: remedy))
    }

    private var content: Meaning {
        guard let first = body.first(where: { !Self.blanks.contains($0) }) else { return .silence }
        switch first {
        case UInt8(ascii: "/"), Self.sealed: return .telegram(PushSource.withLineEnd(body))
        case UInt8(ascii: "<"): return notATelegram("a web page")
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            return notATelegram("JSON")
        // Something may stand before it, which the reader of telegrams skips.
        case _ where contains("\n/"): return .telegram(PushSource.withLineEnd(body))
        default: return notATelegram("\(body.count) bytes")
        }
    }

    private func notATelegram(_ what: String) -> Meaning {
        .fault(
            SourceError(
                .content, "\(what) came in the place of a telegram",
                remedy: "Check the path of the URL. HomeWizard: /api/v1/telegram, or /api/telegram over https."))
    }

    private static let blanks = Array(" \t\r\n".utf8)
    /// What an encrypted telegram begins with.
    private static let sealed: UInt8 = 0xDB

    private func contains(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { body.firstRange(of: $0) != nil }
    }
}
