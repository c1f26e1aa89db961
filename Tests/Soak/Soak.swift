import Foundation
import TestSupport

/// The program, its meters and its broker, turned on one thread: everything that comes in is compared with the model at
/// once. What happens to them, and when, is in `Soak+Faults.swift`.
final class Soak {
    var report = SoakReport()
    var random: SeededGenerator
    var meters: [SoakMeter]
    var pace = SoakMeter.Pace.paused
    let broker: SoakBroker
    var subscriber: SubscriberConnection
    var figures: ProcessFigures
    /// The newest payload of every other topic.
    var others: [String: String] = [:]
    /// What is announced to Home Assistant of the meters, which never changes.
    var discovery: [String: String] = [:]

    private let program: pid_t
    private var isRunning = true
    private let folder: TemporaryFolder
    private var places: [String: (meter: Int, place: Int)] = [:]
    private var lastSigns: Int64 = 0

    private static let meterCount = 4

    init(program path: String, seed: UInt64) async throws {
        random = SeededGenerator(seed: seed)
        broker = try SoakBroker()
        try await broker.start()
        try broker.letProgramIn()
        subscriber = SubscriberConnection(port: broker.broker.port, user: SoakBroker.reader)
        let now = Int64(time(nil))
        meters = try (0..<Self.meterCount).map { number in
            // One of them at a serial port.
            let line = number == 0 ? try SourceEnd.terminal() : try SourceEnd.tcp()
            return SoakMeter(MeterModel(number: number, start: now), line: line, seed: seed &+ UInt64(number))
        }
        for (number, meter) in meters.enumerated() {
            for (place, topic) in MeterModel.topics.enumerated() { places["p1/\(meter.ledger.model.name)/\(topic)"] = (number, place) }
        }
        folder = try TemporaryFolder()
        let sources = meters.map { #"{"name": "\#($0.ledger.model.name)", "source": \#($0.line.configuration)}"# }
        let configuration = """
            {"mqtt": {"host": "127.0.0.1", "port": \(broker.broker.port), "username": "\(SoakBroker.program)",
             "password": "\(SoakBroker.program)", "keepAlive": 5}, "publish": {"history": true}, "meters": [\(sources.joined(separator: ", "))]}
            """
        program = try spawn([path, "run", "--config", folder.write(configuration)], output: folder.path("log"))
        figures = ProcessFigures(process: program)
    }

    deinit {
        if isRunning { kill(program, SIGKILL) }
    }

    static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    // MARK: - Turns

    struct Ended: Error {}

    /// Turns everything until something is so, or for so many milliseconds.
    /// - Returns: whether it became so.
    @discardableResult
    func turns(for limit: Int64, until isDone: () -> Bool = { false }) throws -> Bool {
        let end = Self.now + limit
        while !isDone() {
            let now = Self.now
            guard now < end else { return false }
            try turn(at: now)
        }
        return true
    }

    private func turn(at now: Int64) throws {
        var waits = meters.flatMap(\.line.interest) + [pollfd(fd: subscriber.descriptor, events: Int16(POLLIN), revents: 0)]
        if subscriber.isOver { waits[waits.count - 1].fd = -1 }
        poll(&waits, nfds_t(waits.count), 2)
        for arrival in subscriber.read() { see(arrival) }
        for number in meters.indices { meters[number].turn(pace, at: now, &report) }
        guard now - lastSigns > 1000 else { return }
        lastSigns = now
        if waitpid(program, nil, WNOHANG) != 0 {
            isRunning = false
            report.note(.process, "it ended; its log: \(log.suffix(2000))")
            throw Ended()
        }
        for meter in meters where meter.line.givenUp > 0 {
            report.note(.source, "\(meter.ledger.model.name), \(meter.line.givenUp) times")
            meter.line.givenUp = 0
        }
    }

    private func see(_ arrival: SubscriberConnection.Arrival) {
        if let (number, place) = places[arrival.topic] {
            return meters[number].ledger.see(place, arrival.payload, isRetained: arrival.isRetained, &report)
        }
        let levels = arrival.topic.split(separator: "/", maxSplits: 2).map(String.init)
        guard levels.count == 3, levels[0] == "p1", let number = meters.firstIndex(where: { $0.ledger.model.name == levels[1] }) else {
            others[arrival.topic] = arrival.payload
            return
        }
        switch levels[2] {
        case "json": meters[number].ledger.seeDocument(arrival.payload, isRetained: arrival.isRetained, &report)
        case "history": meters[number].ledger.seeHistory(arrival.payload, &report)
        case "availability", "mbus/1/availability": others[arrival.topic] = arrival.payload
        case "event/heldRegister": report.heldRegisters += 1
        default: if !levels[2].hasPrefix("event/") { report.unknownTopics.insert(levels[2]) }
        }
    }

    // MARK: - The program

    var log: String { folder.content("log") }

    /// Ends the program as a service manager does.
    func end() throws {
        pace = .paused
        try turns(for: 500)
        kill(program, SIGTERM)
        var status: CInt = 0
        let limit = Self.now + 10_000
        while isRunning, Self.now < limit {
            isRunning = waitpid(program, &status, WNOHANG) == 0
            usleep(10_000)
            for arrival in subscriber.read() { see(arrival) }
        }
        if isRunning || status != 0 { report.note(.process, "its end: \(isRunning ? "not within 10 s" : "status \(status)")") }
        // What it said last is on its way from the broker.
        usleep(200_000)
        for arrival in subscriber.read() { see(arrival) }
        let last = others.filter { $0.key == "p1/bridge/state" || $0.key.hasSuffix("/availability") }
        for (topic, state) in last where state != "offline" { report.note(.state, "\(topic) is \(state) after the end") }
    }
}
