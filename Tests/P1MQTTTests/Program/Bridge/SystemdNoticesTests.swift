import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTMeter
@testable import P1MQTTSystem

@Suite("Notices to systemd") struct SystemdNoticesTests {
    private let start = Moment(monotonic: 1000, utc: 0)

    private func after(_ milliseconds: Int64) -> Moment { start.advanced(byMilliseconds: milliseconds) }

    @Test("ready when the broker thread runs too, and not because the broker answers") func ready() {
        var notices = SystemdNotices(watchdog: nil)
        var broker = Pulse()
        #expect(notices.turn(at: start, broker: broker) { "waits" } == nil)
        #expect(notices.deadline == start.monotonic + 5)
        broker.beat(at: start, limit: 100)
        #expect(notices.turn(at: after(5), broker: broker) { "No connection" } == "READY=1\nSTATUS=No connection")
        #expect(notices.deadline == start.monotonic + 5005)
        #expect(notices.turn(at: after(5005), broker: broker) { "No connection" } == nil)
        #expect(notices.turn(at: after(10_010), broker: broker) { "Connected" } == "STATUS=Connected")
    }

    @Test("three signs of life in each period, none while the broker thread is stuck, and again when it goes on") func watchdog() {
        var notices = SystemdNotices(watchdog: 9000)
        var broker = Pulse()
        broker.beat(at: start, limit: 4000)
        #expect(notices.turn(at: start, broker: broker) { "s" } == "READY=1\nSTATUS=s\nWATCHDOG=1")
        #expect(notices.deadline == start.monotonic + 3000)
        #expect(notices.turn(at: after(2999), broker: broker) { "s" } == nil)
        #expect(notices.turn(at: after(3000), broker: broker) { "s" } == "WATCHDOG=1")
        for time: Int64 in [6000, 9000, 12_000] { #expect(notices.turn(at: after(time), broker: broker) { "s" } == nil) }
        broker.beat(at: after(14_000), limit: 4000)
        #expect(notices.turn(at: after(15_000), broker: broker) { "s" } == "WATCHDOG=1")
    }

    @Test("a look-up of a name that blocks the broker thread within its limit is no reason to kill it") func lookUp() {
        var notices = SystemdNotices(watchdog: 30_000)
        let pace = BrokerPace()
        var broker = Pulse()
        broker.beat(at: start, limit: pace.lookUp + pace.connect)
        var signs = 0
        for time in stride(from: Int64(0), through: pace.lookUp + pace.connect, by: 10_000) {
            if notices.turn(at: after(time), broker: broker, status: { "s" })?.contains("WATCHDOG=1") == true { signs += 1 }
        }
        #expect(signs == 32)
        #expect(notices.turn(at: after(320_000), broker: broker) { "s" } == nil)
    }

    @Test("a status cannot begin a notice of its own") func status() {
        var notices = SystemdNotices(watchdog: nil)
        var broker = Pulse()
        broker.beat(at: start, limit: 100)
        #expect(notices.turn(at: start, broker: broker) { "a\nWATCHDOG=1" } == "READY=1\nSTATUS=a WATCHDOG=1")
    }

    @Test("the period of the watchdog, if it is meant for this process")
    func period() {
        func period(_ environment: [String: String]) -> Int64? { SystemdNotices.watchdog(in: environment, process: 42) }
        #expect(period(["WATCHDOG_USEC": "30000000"]) == 30_000)
        #expect(period(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "42"]) == 30_000)
        #expect(period(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "41"]) == nil)
        for text in ["", "0", "-1", "x"] { #expect(period(["WATCHDOG_USEC": text]) == nil) }
        #expect(period([:]) == nil)
    }
}
