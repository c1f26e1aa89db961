import Testing
@testable import P1MQTT
@testable import P1MQTTInput
@testable import P1MQTTSystem

@Suite("Pairing with HomeWizard: what an answer means") struct HomeWizardPairingTests {
    private func answer(_ status: Int, _ body: String) -> HTTPAnswer { HTTPAnswer(status: status, body: Array(body.utf8)) }

    @Test("each machine asks under a name of its own, of characters that are allowed and at most 40")
    func names() {
        #expect(HomeWizardPairing.request(machine: "pi-4.lan") == #"{"name": "local/p1mqtt-pi-4lan"}"#)
        let long = HomeWizardPairing.request(machine: String(repeating: "a\"é ", count: 50))
        #expect(long == #"{"name": "local/p1mqtt-"# + String(repeating: "a", count: 30) + #""}"#)
    }

    @Test("a token, the button, and refusals") func steps() {
        #expect(HomeWizardPairing.step(after: answer(200, #"{"token": "ABC", "name": "x"}"#)) == .token(Secret("ABC")))
        #expect(HomeWizardPairing.step(after: answer(403, #"{"error": "user:creation-not-enabled"}"#)) == .button)
        let refusals: [(Int, String, String)] = [
            (200, "{}", "no token"), (200, #"{"token": "a\r\nb"}"#, "no token"), (403, "", "HTTP 403"),
            (404, "", "firmware is older than 6"),
            (302, "", "another address"), (500, #"{"error": "user:no-storage"}"#, "no room"),
            (400, #"{"error": "user:name-invalid"}"#, "HTTP 400, user:name-invalid"),
        ]
        for (status, body, words) in refusals {
            guard case .refused(let why) = HomeWizardPairing.step(after: answer(status, body)) else {
                Issue.record("\(status) is no refusal")
                continue
            }
            #expect(why.contains(words), "\(why)")
        }
    }

    @Test(
        "the button is asked for in both forms of the answer that clients have seen",
        arguments: [
            #"{"error": "user:creation-not-enabled"}"#, #"{"error": {"code": "user:creation-not-enabled"}}"#,
        ])
    func button(_ body: String) { #expect(HomeWizardPairing.step(after: answer(403, body)) == .button) }

    @Test("a device says who it is, and what its certificate is for") func device() throws {
        let device = try #require(HomeWizardPairing.Device(answer(200, #"{"product_type": "HWE-P1", "serial": "5C2FAFAABBCC"}"#)))
        #expect(device.isP1Meter)
        #expect(device.serverName == "appliance/p1dongle/5c2fafaabbcc")
        for (status, body) in [
            (401, #"{"product_type": "HWE-P1", "serial": "5c"}"#), (200, "<html>"), (200, #"{"product_type": "HWE-P1", "serial": "../x"}"#),
        ] {
            #expect(HomeWizardPairing.Device(answer(status, body)) == nil)
        }
    }
}
