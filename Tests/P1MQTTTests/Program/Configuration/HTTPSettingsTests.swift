import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTInput
@testable import P1MQTTSystem

@Suite("Settings of HTTP and WebSocket sources") struct HTTPSettingsTests {
    private func source(_ members: String) -> String { #"{"meters": [{"source": {\#(members)}}]}"# }

    @Test("all of them, and what they are by default") func all() throws {
        let folder = try TemporaryFolder()
        let (token, authority) = (try folder.write("ABCDEF\n", to: "token"), try folder.write("x", to: "ca.pem"))
        let loaded = try loadSettings(
            source(
                #""type": "http", "url": "https://10.0.0.2/api/telegram", "interval": 2.5, "tokenFile": "\#(token)", "caFile": "\#(authority)", "#
                    + #""serverName": "appliance/p1dongle/5c2fafaabbcc", "verify": true"#))
        var expected = HTTPSettings(url: try HTTPURL("https://10.0.0.2/api/telegram", schemes: [.https]))
        (expected.interval, expected.token, expected.tokenFile) = (2500, Secret("ABCDEF"), token)
        expected.trust = TLSTrust(caFile: authority, serverName: "appliance/p1dongle/5c2fafaabbcc")
        #expect(loaded.settings.meters.map(\.source) == [.http(expected)])
        #expect(loaded.warnings == [])
        let plain = try loadSettings(source(#""type": "http", "url": "http://10.0.0.2/api/v1/telegram""#))
        #expect(
            plain.settings.meters.map(\.source) == [
                .http(HTTPSettings(url: try HTTPURL("http://10.0.0.2/api/v1/telegram", schemes: [.http])))
            ])
    }

    @Test("what is wrong is said with its place, and no token is shown") func problems() throws {
        func problem(_ members: String) throws -> String { try settingsProblems(source(members)).joined(separator: "\n") }
        #expect(try problem(#""type": "http""#).contains("meters[0].source.url is missing for a source of type http"))
        let scheme = try problem(#""type": "http", "url": "ws://h/""#)
        #expect(
            scheme.contains(#"is not valid: it begins with none of the schemes; allowed: a URL that begins with http:// or https://"#),
            "\(scheme)")
        #expect(try problem(#""type": "http", "url": "http://u:p@h/""#).contains("a user name or password has no place in it"))
        #expect(try problem(#""type": "http", "url": "http://h/", "interval": 0.4"#).contains("a number from 0.5 to 3600 seconds"))
        let token = try problem(#""type": "http", "url": "http://h/", "token": "geheim geheim""#)
        #expect(token.contains("meters[0].source.token is not valid") && !token.contains("geheim"), "\(token)")
        #expect(
            try problem(#""type": "http", "url": "https://h/", "caFile": "/nowhere/ca.pem""#).contains(
                "names /nowhere/ca.pem, which cannot be read"))
        #expect(try problem(#""type": "http", "url": "https://h/", "tokenFile": "/nowhere/token""#).contains("names /nowhere/token"))
        #expect(try problem(#""type": "http", "url": "https://h/", "token": "A", "tokenFile": "/nowhere/token""#).contains("stands beside"))
        let twice = try settingsProblems(
            #"{"meters": [{"source": {"type": "http", "url": "http://h"}}, {"name": "b", "source": {"type": "http", "url": "http://h:80/"}}]}"#
        )
        #expect(twice.count == 1 && twice[0].contains("a different URL for each meter"), "\(twice)")
    }

    @Test("what is probably not meant so is warned of") func doubts() throws {
        func warnings(_ members: String) throws -> [String] { try loadSettings(source(#""type": "http", "# + members)).warnings }
        #expect(
            try warnings(#""url": "http://h/", "token": "A", "serverName": "x""#).filter { $0.hasPrefix("meters[0].source.") } == [
                "meters[0].source.serverName has no effect while the url begins with http://",
                "meters[0].source.url begins with http://: everybody on the way can read the token",
            ])
        #expect(
            try warnings(#""url": "https://h/", "verify": false"#) == [
                "meters[0].source.verify is false: whoever answers in the device's place is trusted"
            ])
        #expect(try warnings(#""url": "https://h/""#) == [])
    }
}
