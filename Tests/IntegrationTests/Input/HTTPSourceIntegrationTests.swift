import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTInput
@testable import P1MQTTMeter
@testable import P1MQTTSystem

@Suite("HTTP source on the loopback", .ownThreads)
struct HTTPSourceIntegrationTests {
    private let quick = SourceSupervisor.Limits(firstDelay: 20, longestDelay: 50)
    private let wake = WakeDescriptor()

    private func settings(_ url: String, _ change: (inout HTTPSettings) -> Void = { _ in }) throws -> HTTPSettings {
        var settings = HTTPSettings(url: try HTTPURL(url, schemes: [.http, .https]))
        settings.interval = 20
        change(&settings)
        return settings
    }

    private func feed(
        _ settings: HTTPSettings, _ recorder: Recorder, time: Int64 = 10_000, limits: SourceSupervisor.Limits? = nil
    ) -> Feed {
        var bounds = HTTPExchange.Limits()
        bounds.time = time
        let source = HTTPSource(settings, resolver: NameResolver(wake: wake), limits: bounds)
        return Feed(source: source, consumer: recorder, seed: 1, limits: limits ?? quick)
    }

    /// Runs until there is a report of a fault; the first.
    private func fault(_ settings: HTTPSettings, time: Int64 = 10_000) throws -> SourceReport {
        let recorder = Recorder()
        let done = InputBench.run([feed(settings, recorder, time: time)], wake: wake) { recorder.kinds.contains(.failed) }
        #expect(done, "\(settings.url.text): \(recorder.reports)")
        #expect(recorder.bytes.isEmpty || settings.url.path == "/slow", "\(settings.url.text): \(recorder.text)")
        return try #require(recorder.reports.first { $0.kind == .failed })
    }

    // MARK: - Telegrams

    @Test("by address and by name, on one connection, without a token and uncompressed", arguments: ["127.0.0.1", "localhost"])
    func telegrams(_ host: String) async throws {
        let device = try await HTTPDevice(telegram: SimulatedMeter.telegram(1))
        let recorder = Recorder()
        var isSecond = false
        let done = InputBench.run([feed(try settings(device.url("/api/v1/telegram", host: host)), recorder)], wake: wake) {
            if !isSecond, device.requests.count > 5, (try? device.put(SimulatedMeter.telegram(2))) != nil { isSecond = true }
            return recorder.goodFrames == 2
        }
        #expect(done, "\(recorder.reports)")
        // The first was fetched five times at least, and is one telegram.
        #expect(recorder.bytes == SimulatedMeter.capture(3).suffix(2 * SimulatedMeter.telegram(1).count))
        #expect(recorder.kinds == [.connected])
        #expect(Set(device.requests) == ["\(firstConnection(device)) GET /api/v1/telegram "])
    }

    /// The test itself has looked whether the device listens.
    private func firstConnection(_ device: HTTPDevice) -> String { String(device.requests.first?.prefix { $0 != " " } ?? "") }

    @Test("a device whose meter says nothing is silent, not broken") func silence() async throws {
        let device = try await HTTPDevice()
        let recorder = Recorder()
        let limits = SourceSupervisor.Limits(silence: 200, reopen: 400, firstDelay: 20, longestDelay: 50)
        let feed = feed(try settings(device.url("/api/v1/telegram")), recorder, limits: limits)
        var isGiven = false
        let done = InputBench.run([feed], wake: wake) {
            if !isGiven, recorder.kinds.contains(.silent), device.requests.count > 30 {
                isGiven = (try? device.put(SimulatedMeter.telegram(1))) != nil
            }
            return recorder.kinds.last == .recovered
        }
        #expect(done, "\(recorder.reports)")
        #expect(recorder.kinds == [.connected, .silent, .recovered])
        #expect(recorder.reports[1].remedy?.contains("hears its meter") == true)
    }

    @Test("a telegram that does not change any more is silence, also when the source was opened anew") func standstill() async throws {
        let device = try await HTTPDevice(telegram: SimulatedMeter.telegram(1))
        let recorder = Recorder()
        let limits = SourceSupervisor.Limits(silence: 100, silenceAtFirst: 100, reopen: 200, firstDelay: 20, longestDelay: 50)
        let done = InputBench.run([feed(try settings(device.url("/api/v1/telegram")), recorder, limits: limits)], wake: wake) {
            // The third connection at least: each opening has one of its own.
            Set(device.requests.map { $0.prefix { $0 != " " } }).count >= 3
        }
        #expect(done, "\(recorder.reports)")
        #expect(recorder.kinds == [.connected, .silent])
        #expect(recorder.goodFrames == 1)
    }

    @Test("a device that comes back is found again, and both is said once") func restart() async throws {
        let first = try await HTTPDevice(telegram: SimulatedMeter.telegram(1))
        let recorder = Recorder()
        var second: HTTPDevice?
        let done = InputBench.run([feed(try settings(first.url("/api/v1/telegram")), recorder)], wake: wake) {
            if recorder.goodFrames == 1 { first.stop() }
            if second == nil, recorder.kinds.contains(.failed) {
                second = try? HTTPDevice(starting: SimulatedMeter.telegram(2), port: first.port)
            }
            return recorder.kinds.last == .recovered
        }
        #expect(done, "\(recorder.reports)")
        #expect(recorder.kinds == [.connected, .failed, .recovered], "\(recorder.reports)")
        #expect(second?.requests.isEmpty == false)
    }

    @Test("one request that is lost is no fault, two in a row are", arguments: [1, 2]) func lossy(_ losses: Int) async throws {
        let device = try await HTTPDevice(telegram: SimulatedMeter.telegram(1))
        let recorder = Recorder()
        let done = InputBench.run([feed(try settings(device.url("/lossy/\(losses)")), recorder)], wake: wake) {
            device.requests.count > 25
        }
        #expect(done, "\(recorder.reports)")
        #expect(recorder.kinds == (losses == 1 ? [.connected] : [.connected, .failed]), "\(recorder.reports)")
        #expect(recorder.goodFrames == 1)
    }

    // MARK: - Answers that are none

    @Test("what a device answers in the place of a telegram") func answers() async throws {
        let device = try await HTTPDevice(telegram: SimulatedMeter.telegram(1))
        let expected: [(path: String, reason: String)] = [
            ("/status/401", "the device asks for a token (HTTP 401)"),
            ("/status/403", "the device refuses the request (HTTP 403)"),
            ("/status/403/API%20not%20enabled", "the device's local interface is switched off (HTTP 403)"),
            ("/nothing", "the device has nothing at this path (HTTP 404)"),
            ("/status/503", "the device cannot answer (HTTP 503)"),
            ("/page", "a web page came in the place of a telegram"),
            ("/json", "JSON came in the place of a telegram"),
            ("/redirect", "the device sends us to another address, which is not followed (HTTP 302)"),
            ("/endless", "the answer is longer than 65536 bytes"),
            ("/headers", "the header of the answer is longer than 16384 bytes"),
            ("/cut", "the device closed the connection"),
            ("/rubbish", "what answers does not speak HTTP"),
        ]
        for (path, reason) in expected {
            let report = try fault(try settings(device.url(path)))
            #expect(report.reason == reason, "\(path)")
            #expect(report.remedy?.isEmpty == false, "\(path)")
        }
        // A bomb stays packed: 50 MB are 48 kB.
        #expect(try fault(try settings(device.url("/bomb"))).reason.hasSuffix(" bytes came in the place of a telegram"))
        let asked = device.requests.map { $0.split(separator: " ")[2] }
        #expect(!asked.contains("/api/v1/telegram"), "a redirect was followed")
    }

    @Test("one that is too slow, and one that never answers", arguments: ["/slow", "/never"]) func slow(_ path: String) async throws {
        let device = try await HTTPDevice(telegram: SimulatedMeter.telegram(1))
        let began = Moment.now().monotonic
        let report = try fault(try settings(device.url(path)), time: 1_000)
        #expect(report.reason == "no whole answer came within 1 s")
        #expect(900..<5_000 ~= Moment.now().monotonic - began)
    }

    @Test("nobody there, a name that nobody has, and no TLS") func unreachable() async throws {
        let device = try await HTTPDevice()
        #expect(try fault(try settings("http://127.0.0.1:\(try freePort())/")).reason == "the connection was refused")
        #expect(
            try fault(try settings("http://no-such-host.invalid/")).reason.hasPrefix("the name no-such-host.invalid cannot be looked up: "))
        #expect(try fault(try settings(device.url("/", scheme: "https"))).reason.hasPrefix("no TLS connection can be made: "))
    }

    // MARK: - TLS and tokens

    @Test(
        "the second version: a token, an authority of its own, and a name with slashes",
        arguments: [Certificates.serial, Certificates.deviceName])
    func secondVersion(_ alternative: String) async throws {
        let certificates = try Certificates()
        try certificates.issueDevice("device", alternative: alternative)
        let device = try await HTTPDevice(telegram: SimulatedMeter.telegram(1), certificate: (certificates, "device"))
        let recorder = Recorder()
        let feed = feed(
            try settings(device.url("/api/telegram", scheme: "https")) {
                $0.trust = TLSTrust(caFile: certificates.path("ca.crt"), serverName: Certificates.deviceName)
                $0.token = Secret(HTTPDevice.token)
            }, recorder)
        let done = InputBench.run([feed], wake: wake) { recorder.goodFrames == 1 }
        #expect(done, "\(recorder.reports)")
        #expect(feed.evidence == "asked every 0.02 s, certificate verified")
        #expect(
            device.requests.allSatisfy { $0.hasSuffix(" GET /api/telegram Authorization=Bearer \(HTTPDevice.token) X-Api-Version=2") },
            "\(device.requests)")
    }

    @Test("another device, another authority, and the system's authorities alone are refused before the token is sent")
    func untrusted() async throws {
        let (certificates, others) = (try Certificates(), try Certificates())
        try certificates.issueDevice("device", alternative: Certificates.serial)
        let device = try await HTTPDevice(certificate: (certificates, "device"))
        let (right, name) = (certificates.path("ca.crt"), Certificates.deviceName)
        let expected: [(TLSTrust, String)] = [
            (TLSTrust(caFile: right, serverName: "appliance/p1dongle/5c2fafaabbcd"), "the certificate is for another name"),
            (TLSTrust(caFile: right), "the certificate is for another name"),
            (TLSTrust(caFile: others.path("ca.crt"), serverName: name), "the certificate is of an authority that is not trusted"),
            (TLSTrust(serverName: name), "the certificate is of an authority that is not trusted"),
            (TLSTrust(caFile: device.folder.path("device.py"), serverName: name), "the file of the certificate authorities cannot be used"),
        ]
        for (trust, reason) in expected {
            let settings = try settings(device.url("/api/telegram", scheme: "https")) {
                ($0.trust, $0.token) = (trust, Secret(HTTPDevice.token))
            }
            #expect(try fault(settings).reason == reason, "\(trust)")
        }
        #expect(device.requests.isEmpty)
    }

    @Test("a wrong token is said once, and a new one in the file is found") func token() async throws {
        let certificates = try Certificates()
        try certificates.issueDevice("device", alternative: Certificates.serial)
        let device = try await HTTPDevice(telegram: SimulatedMeter.telegram(1), certificate: (certificates, "device"))
        let file = try device.folder.write("WRONG\n", to: "given")
        let recorder = Recorder()
        let feed = feed(
            try settings(device.url("/api/telegram", scheme: "https")) {
                $0.trust.verify = false
                $0.tokenFile = file
            }, recorder)
        var isGiven = false
        let done = InputBench.run([feed], wake: wake) {
            if !isGiven, device.requests.count >= 3 {
                isGiven = (try? device.folder.write("\(HTTPDevice.token)\n", to: "given")) != nil
            }
            return recorder.goodFrames == 1
        }
        #expect(done, "\(recorder.reports)")
        #expect(recorder.kinds == [.failed, .recovered], "\(recorder.reports)")
        #expect(recorder.reports.first?.reason == "the device does not accept the token (HTTP 401)")
        #expect(recorder.reports.first?.remedy?.contains("p1mqtt pair HOST") == true)
        #expect(feed.evidence?.hasSuffix("certificate not verified") == true)
    }
}
