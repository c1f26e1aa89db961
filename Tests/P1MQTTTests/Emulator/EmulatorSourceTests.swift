import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTEmulator
@testable import P1MQTTInput
@testable import P1MQTTMeter

@Suite("The emulator as a source")
struct EmulatorSourceTests: ~Copyable {
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 300, alignment: 1)

    deinit { buffer.deallocate() }

    /// Everything that is due up to `now`.
    private func read(_ source: EmulatorSource, at now: Moment) -> [UInt8] {
        var bytes: [UInt8] = []
        while let deadline = source.deadline, deadline <= now.monotonic {
            #expect(source.service(0, at: now, buffer: buffer) { bytes += $0 } == nil)
        }
        return bytes
    }

    @Test("sends the first telegram at once and then one per interval, in portions of the buffer")
    func pace() throws {
        let source = EmulatorSource(EmulatorSettings(interval: 2500, seed: 9), meterName: nil)
        let start = Moment(monotonic: 1000, utc: 1_772_438_400_000)
        #expect(source.deadline == nil)
        #expect(source.open(at: start) == .opened("a telegram every 2.500 s"))
        for number in 0..<20 as Range<Int64> {
            #expect(source.deadline == 1000 + number * 2500)
            #expect(read(source, at: start.advanced(byMilliseconds: number * 2500 - 1)).isEmpty)
            let telegram = try parse(read(source, at: start.advanced(byMilliseconds: number * 2500)))
            #expect(telegram.number("electricity/received/tariff2") == FixedDecimal(mantissa: number * 100, scale: 3))
        }
        source.close()
        #expect(source.deadline == nil)
    }

    @Test("goes on where it was when it is opened again: a cable that was pulled resets no register")
    func reopening() throws {
        let source = EmulatorSource(EmulatorSettings(), meterName: nil)
        var now = Moment(monotonic: 0, utc: 1_772_438_400_000)
        _ = source.open(at: now)
        _ = read(source, at: now)
        _ = source.service(0, at: now, buffer: buffer) { _ in }
        source.close()
        now = now.advanced(byMilliseconds: 5000)
        _ = source.open(at: now)
        #expect(try parse(read(source, at: now)).number("electricity/received/tariff2")?.description == "0.100")
    }

    @Test("two meters without a seed have two ids, and each the same at every start")
    func names() throws {
        func id(_ name: String?) throws -> String? {
            let source = EmulatorSource(EmulatorSettings(), meterName: name)
            let now = Moment(monotonic: 0, utc: 1_772_438_400_000)
            _ = source.open(at: now)
            let telegram = try parse(read(source, at: now))
            let object = try #require(telegram.objects.first { $0.code == OBISCode(0, 0, 96, 1, 1) })
            return telegram.values(of: object).first.flatMap { telegram.serialNumber($0.text) }
        }
        #expect(try id(nil) == "EMUE0000000000000")
        #expect(try id("home") == id("home"))
        #expect(try id("home") != id("garden"))
    }

    @Test("a capture is sent telegram by telegram, byte for byte, again and again")
    func replay() throws {
        let telegrams = ["/ABC\r\n\r\n1-0:1.7.0(1*kW)\r\n!\r\n", "/ABC\r\n\r\n1-0:1.7.0(2*kW)\r\n!FFFF\r\n", "/ABC\n1-0:1.7.0(3*kW)\n!\n"]
        let capture = try #require(ReplayCapture(path: "f", bytes: Array(("noise\r\n" + telegrams.joined()).utf8)))
        let source = EmulatorSource(EmulatorSettings(interval: 1000, replay: capture), meterName: nil)
        let start = Moment(monotonic: 0, utc: 0)
        _ = source.open(at: start)
        for number in 0..<10 {
            let bytes = read(source, at: start.advanced(byMilliseconds: Int64(number) * 1000))
            #expect(String(decoding: bytes, as: UTF8.self) == telegrams[number % 3])
        }
    }

    @Test("bytes without a telegram are no capture")
    func noReplay() {
        #expect(ReplayCapture(path: "f", bytes: Array("no telegram\r\n".utf8)) == nil)
        #expect(ReplayCapture(path: "f", bytes: []) == nil)
    }
}
