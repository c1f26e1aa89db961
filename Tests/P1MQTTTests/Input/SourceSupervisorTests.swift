import Testing
@testable import P1MQTT
@testable import P1MQTTInput

@Suite("Source supervisor")
struct SourceSupervisorTests {
    private let refused = SourceError(.refused, "the connection was refused", remedy: "Check the port.")
    private let closed = SourceError(.closedByPeer, "the peer closed the connection")

    /// Drives a supervisor by hand and writes down what it does, as "1.0 open".
    private struct Transcript {
        var supervisor: SourceSupervisor
        var lines: [String] = []

        init(_ traits: SourceTraits = .tcp) {
            supervisor = SourceSupervisor(name: "tcp meter:23", traits: traits, seed: 1)
        }

        mutating func at(_ seconds: Double, _ event: SourceSupervisor.Event = .time) {
            for action in supervisor.handle(event, at: .at(seconds)) {
                switch action {
                case .open: lines.append("\(seconds) open")
                case .close: lines.append("\(seconds) close")
                case .report(let report): lines.append("\(seconds) \(report.kind): \(report.reason)")
                }
            }
        }

        /// Lets time pass, deadline by deadline; each opening has the result given.
        mutating func pass(from start: Double, until end: Double, opening: SourceSupervisor.Event) -> [Double] {
            var opened: [Double] = []
            while let deadline = supervisor.deadline, Double(max(deadline, Int64(start * 1000))) / 1000 <= end {
                let seconds = Double(max(deadline, Int64(start * 1000))) / 1000
                let before = lines.count
                at(seconds)
                if lines[before...].contains("\(seconds) open") {
                    opened.append(seconds)
                    at(seconds, opening)
                }
            }
            return opened
        }

        var reports: [String] { lines.filter { !$0.hasSuffix("open") && !$0.hasSuffix("close") } }
    }

    @Test("a source that is asked rarely is not silent before three requests") func asked() {
        var traits = SourceTraits.tcp
        traits.interval = 300_000
        var transcript = Transcript(traits)
        transcript.at(0)
        transcript.at(0.1, .opened("asked every 300 s"))
        for seconds in [0.2, 300, 600] {
            transcript.at(seconds, .bytes(900))
            transcript.at(seconds, .goodFrames(1))
        }
        #expect(transcript.pass(from: 600, until: 1499, opening: .opened("x")) == [])
        #expect(transcript.reports.count == 1, "\(transcript.lines)")
        _ = transcript.pass(from: 1499, until: 1501, opening: .opened("x"))
        #expect(transcript.reports.last?.contains("nothing is heard for 15 min") == true, "\(transcript.lines)")
    }

    @Test("opens, hears and says so once")
    func ordinaryDay() {
        var transcript = Transcript()
        transcript.at(0)
        transcript.at(0.1, .opened("connected"))
        for second in 1...100 {
            transcript.at(Double(second), .bytes(900))
            transcript.at(Double(second), .goodFrames(1))
            transcript.at(Double(second))
        }
        #expect(transcript.lines == ["0.0 open", "0.1 connected: connected"])
    }

    @Test("tries again with doubling waits of at most 30 s and reports one cause once")
    func backOff() {
        var transcript = Transcript()
        let tries = transcript.pass(from: 0, until: 600, opening: .failed(refused))
        let waits = zip(tries.dropFirst(), tries).map { $0 - $1 }
        for (wait, most) in zip(waits, [1.0, 2, 4, 8, 16, 30, 30, 30, 30]) {
            #expect(wait <= most && wait >= most * 0.75, "\(wait) of \(most)")
        }
        #expect(tries.count > 20)
        #expect(transcript.reports == ["0.0 failed: the connection was refused"])
    }

    @Test("reports another cause, and with the first bytes that it is over")
    func causes() {
        var transcript = Transcript()
        transcript.at(0)
        transcript.at(0, .failed(refused))
        transcript.at(1)
        transcript.at(1, .failed(refused))
        transcript.at(3)
        transcript.at(3, .failed(closed))
        transcript.at(7)
        transcript.at(7, .opened("connected"))
        transcript.at(8, .bytes(100))
        transcript.at(8.1, .bytes(100))
        #expect(
            transcript.reports == [
                "0.0 failed: the connection was refused", "3.0 failed: the peer closed the connection",
                "8.0 recovered: heard again after 8 s and 3 tries",
            ])
    }

    @Test("does not call a connection recovered that gives no byte, and waits longer each time")
    func flapping() {
        var transcript = Transcript()
        var now = 0.0
        var opened: [Double] = []
        while now < 120 {
            transcript.at(now)
            if transcript.lines.last == "\(now) open" {
                opened.append(now)
                transcript.at(now, .opened("connected"))
                transcript.at(now, .failed(closed))
            }
            now += 0.25
        }
        #expect(transcript.reports == ["0.0 connected: connected", "0.0 failed: the peer closed the connection"])
        #expect(opened.count <= 9)
    }

    @Test("starts with a short wait again after a connection that held")
    func shortWait() {
        var transcript = Transcript()
        _ = transcript.pass(from: 0, until: 100, opening: .failed(refused))
        let start = Double(transcript.supervisor.deadline ?? 0) / 1000
        transcript.at(start)
        transcript.at(start, .opened("connected"))
        transcript.at(start + 40, .bytes(10))
        transcript.at(start + 41, .failed(closed))
        let wait = Double(transcript.supervisor.deadline ?? 0) / 1000 - start - 41
        #expect(wait > 0.7 && wait <= 1)
    }

    @Test("reports silence once, opens anew each minute without a word, and reports the first byte")
    func silence() {
        var transcript = Transcript()
        let opened = transcript.pass(from: 0, until: 400, opening: .opened("connected"))
        #expect(opened.count >= 5 && opened.count <= 7)
        transcript.at(401, .bytes(1))
        #expect(
            transcript.reports == [
                "0.0 connected: connected", "15.0 silent: nothing is heard for 15 s",
                "401.0 recovered: heard again after 6 min 41 s and \(opened.count - 1) tries",
            ])
    }

    @Test("waits three telegram intervals before it calls a slow meter silent (core 85706)")
    func slowMeter() {
        var transcript = Transcript()
        transcript.at(0)
        transcript.at(0, .opened("connected"))
        for second in [5.0, 15, 25, 35] {
            transcript.at(second, .bytes(900))
            transcript.at(second, .goodFrames(1))
        }
        transcript.at(64.9)
        #expect(transcript.reports == ["0.0 connected: connected"])
        transcript.at(65)
        #expect(transcript.reports.last == "65.0 silent: nothing is heard for 30 s")
    }

    @Test("gives a meter a minute until its interval is known, and learns that of one that speaks once an hour")
    func hourlyMeter() {
        var transcript = Transcript()
        for hour in 0..<4 {
            _ = transcript.pass(from: Double(max(0, hour - 1) * 3600), until: Double(hour * 3600), opening: .opened("connected"))
            transcript.at(Double(hour * 3600), .bytes(900))
            transcript.at(Double(hour * 3600), .goodFrames(1))
        }
        _ = transcript.pass(from: 3 * 3600, until: 7 * 3600, opening: .opened("connected"))
        #expect(
            transcript.reports.map { $0.prefix { $0 != ":" } } == [
                "0.0 connected", "60.0 silent", "3600.0 recovered", "3660.0 silent", "7200.0 recovered", "21600.0 silent",
            ])
    }

    @Test("reports bytes without a telegram once, with numbers, and the first good one")
    func unreadable() {
        var transcript = Transcript()
        transcript.at(0)
        transcript.at(0, .opened("connected"))
        for second in 1...100 {
            transcript.at(Double(second), .bytes(50))
            transcript.at(Double(second))
        }
        transcript.at(101, .bytes(900))
        transcript.at(101, .goodFrames(1))
        #expect(
            transcript.reports == [
                "0.0 connected: connected", "31.0 unreadable: 1550 bytes in 30 s and no good telegram among them",
                "101.0 recovered: good telegrams again after 1 min 40 s",
            ])
    }

    @Test("does not call half a telegram before a silence unreadable")
    func halfTelegram() {
        var transcript = Transcript()
        transcript.at(0)
        transcript.at(0, .opened("connected"))
        transcript.at(1, .bytes(50))
        transcript.at(16)
        transcript.at(31)
        #expect(transcript.reports == ["0.0 connected: connected", "16.0 silent: nothing is heard for 15 s"])
    }

    @Test("leaves a file alone and ends with it")
    func file() {
        var transcript = Transcript(.file)
        transcript.at(0)
        transcript.at(0, .opened("opened"))
        #expect(transcript.supervisor.deadline == nil)
        transcript.at(500, .ended)
        #expect(
            transcript.lines == ["0.0 open", "0.0 connected: opened", "500.0 close", "500.0 ended: the end is reached"])
        #expect(transcript.supervisor.isOver)
    }

    @Test("reports the silence of pushed bytes but has nothing to open anew")
    func pushed() {
        var transcript = Transcript(.pushed)
        let opened = transcript.pass(from: 0, until: 1000, opening: .opened("listening"))
        #expect(opened == [0])
        #expect(transcript.reports.count == 2)
    }

    @Test("speaks in one sentence with cause, remedy and the next try")
    func words() {
        let report = SourceReport(
            kind: .failed, source: "tcp meter:23", reason: "the connection was refused", remedy: "Check the port.",
            retry: 4)
        #expect("\(report)" == "tcp meter:23: the connection was refused. Check the port. Next try in 4 s.")
    }
}
