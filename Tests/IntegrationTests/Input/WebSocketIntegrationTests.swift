import Foundation
import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTInput
@testable import P1MQTTMeter
@testable import P1MQTTSystem

/// Where libcurl is older than 8.11 these are skipped: `LD_LIBRARY_PATH` can name the folder of a newer one.
@Suite(
    "WebSocket source on the loopback", .ownThreads,
    .enabled(if: HTTPDevice.hasWebSocket, "the libcurl that is installed here has no WebSocket: 8.11 or later is needed"))
struct WebSocketIntegrationTests {
    private let quick = SourceSupervisor.Limits(firstDelay: 20, longestDelay: 50)
    private let wake = WakeDescriptor()

    private func feed(
        _ device: HTTPDevice, _ path: String, _ recorder: Recorder, time: Int64 = 10_000, limits: SourceSupervisor.Limits? = nil
    ) throws -> Feed {
        var bounds = HTTPExchange.Limits()
        bounds.time = time
        let url = try HTTPURL(device.url(path, scheme: "ws"), schemes: [.ws])
        let source = WebSocketSource(url, resolver: NameResolver(wake: wake), limits: bounds)
        return Feed(source: source, consumer: recorder, seed: 1, limits: limits ?? quick)
    }

    @Test("text and binary frames are one byte stream, and a ping is answered") func frames() async throws {
        let device = try await HTTPDevice(telegram: SimulatedMeter.telegram(1))
        let recorder = Recorder()
        let done = InputBench.run([try feed(device, "/ws", recorder)], wake: wake) { recorder.goodFrames == 2 }
        #expect(done, "\(recorder.reports) \(recorder.text)")
        #expect(recorder.bytes == SimulatedMeter.telegram(1) + SimulatedMeter.telegram(1))
        #expect(recorder.kinds == [.connected])
        #expect(device.folder.content("pong") == "10 are you there?")
    }

    @Test(
        "a device that says goodbye, and one that has none",
        arguments: [
            ("/ws/goodbye", "the device closed the connection"), ("/page", "the device has no WebSocket at this path (HTTP 200)"),
            ("/nothing", "the device has nothing at this path (HTTP 404)"),
        ])
    func refused(_ path: String, _ reason: String) async throws {
        let device = try await HTTPDevice()
        let recorder = Recorder()
        let done = InputBench.run([try feed(device, path, recorder)], wake: wake) { recorder.kinds.contains(.failed) }
        #expect(done)
        #expect(recorder.reports.last?.reason == reason, "\(recorder.reports)")
    }

    @Test("one that never answers") func never() async throws {
        let device = try await HTTPDevice()
        let recorder = Recorder()
        let done = InputBench.run([try feed(device, "/never", recorder, time: 1_000)], wake: wake) { recorder.kinds == [.failed] }
        #expect(done)
        #expect(recorder.reports.last?.reason == "no whole answer came within 1 s")
    }

    @Test("check --connect hears it") func check() async throws {
        let device = try await HTTPDevice(telegram: SimulatedMeter.telegram(1))
        let library = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"].map { ["LD_LIBRARY_PATH": $0] } ?? [:]
        let meter = device.meter("/ws", scheme: "ws", type: "websocket")
        let result = try await Program.run(
            ["check", "--connect", "--seconds", "2"],
            configuration: #"{"mqtt": {"host": "127.0.0.1", "port": 1}, "meters": [\#(meter)]}"#, environment: library)
        #expect(result.output.contains("telegrams  2 good, 0 with a wrong checksum"), "\(result.output)\(result.log)")
    }

    @Test("is opened anew after a silence") func silence() async throws {
        let device = try await HTTPDevice()
        let recorder = Recorder()
        #expect(SourceTraits.webSocket.reopensAfter == 30_000)
        let limits = SourceSupervisor.Limits(silence: 100, reopen: 200, firstDelay: 20, longestDelay: 50)
        var supervisor = SourceSupervisor(name: "ws", traits: .webSocket, seed: 1, limits: limits)
        let opening = supervisor.handle(.time, at: Moment(monotonic: 0, utc: 0))
        _ = supervisor.handle(.opened("connected"), at: Moment(monotonic: 0, utc: 0))
        let early = supervisor.handle(.time, at: Moment(monotonic: 29_999, utc: 0))
        let late = supervisor.handle(.time, at: Moment(monotonic: 30_000, utc: 0))
        #expect(opening == [.open] && !early.contains(.close) && late.contains(.close))
        let done = InputBench.run([try feed(device, "/ws/silent", recorder, limits: limits)], wake: wake) {
            recorder.kinds == [.connected, .silent]
        }
        #expect(done, "\(recorder.reports)")
    }
}

extension HTTPDevice {
    static let hasWebSocket = (try? CurlLibrary.need(.ws)) != nil
}
