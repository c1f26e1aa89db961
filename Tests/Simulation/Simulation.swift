import P1MQTTBroker
import P1MQTTInput
import P1MQTTMeter

/// Lets a story happen, and watches.
struct Simulation {
    private let story: Story
    private var meter: SimulatedMeter
    private var broker: SimulatedBroker
    private var program: SimulatedProgram?
    private var judge: Judge
    private var wasConnected = false

    /// Milliseconds after a telegram at which the threads have a turn: for a round trip, what waits a second or two, a
    /// pause between attempts.
    private static let turns: [Int64] = [0, 50, 1100, 2200, 4500, 9000, 40_000, 80_000]

    private init(_ story: Story, _ broker: SimulatedBroker) {
        self.story = story
        self.broker = broker
        meter = SimulatedMeter(story)
        judge = Judge(story)
    }

    /// What was wrong first, and with which telegram; `nil` when nothing was.
    static func fault(of story: Story, broker: SimulatedBroker = SimulatedBroker()) -> String? {
        var simulation = Simulation(story, broker)
        for number in 0..<story.telegrams {
            simulation.step(number)
            if let fault = simulation.judge.fault { return "telegram \(number): \(fault)" }
        }
        return nil
    }

    private mutating func step(_ number: Int) {
        let time = (story.start + Int64(number) * story.interval) * 1000
        let now = Moment(monotonic: 1_000_000 + Int64(number) * story.interval * 1000, utc: time)
        let begun = story.turns.filter { $0.at == number }.map(\.kind)
        let active = story.turns.filter { $0.at <= number && number < $0.end }.map(\.kind)
        let ended = story.turns.filter { $0.end == number && $0.kind.lasts }.map(\.kind)
        changeProgram(begun, active, at: now)
        changeBroker(begun, active, ended, at: now)
        let telegram = meter.next(begun: begun, active: active)
        let isSilent = active.contains(.silence)
        if isSilent {
            if begun.contains(.silence) {
                program?.report(.silent, at: now)
                judge.meterIsSilent()
            }
        } else if let program {
            if ended.contains(.silence) { program.report(.recovered, at: now) }
            if !telegram.isDamaged { judge.hears(telegram, isConnected: program.isConnected && broker.isUp) }
            program.receive(telegram.bytes, at: now)
        }
        for milliseconds in Self.turns where milliseconds < story.interval * 1000 {
            turn(at: now.advanced(byMilliseconds: milliseconds))
            if active.contains(where: \.isOutage) { broker.fall() }
        }
        judge.repeatIsOver(unless: begun.contains(.homeAssistantStarts) || !wasConnected)
        let last = story.turns.map(\.end).filter { $0 <= number }.max() ?? 0
        if active.isEmpty, program != nil, number - last >= story.calm { judge.isCalm(broker) }
    }

    private mutating func turn(at now: Moment) {
        guard let program else { return }
        program.turn(&broker, at: now)
        judge.sees(broker.takeArrived(), broker)
        judge.isBounded(program)
        if wasConnected, !program.isConnected || !broker.isUp { judge.connectionIsLost() }
        wasConnected = program.isConnected && broker.isUp
    }

    // MARK: - What happens to program and broker

    private mutating func changeProgram(_ begun: [Story.Kind], _ active: [Story.Kind], at now: Moment) {
        if let program, let end = begun.first(where: \.isEndOfProgram) {
            judge.programEnds(isConnected: program.isConnected && broker.isUp)
            if end == .programIsStopped { program.stop(&broker, at: now) } else { program.kill(&broker) }
            judge.seesEnd(broker.takeArrived(), broker)
            self.program = nil
        }
        if program == nil, !active.contains(where: \.isEndOfProgram) {
            judge.programStarts(broker, isReachable: broker.isUp)
            program = SimulatedProgram(story, at: now)
            wasConnected = false
            turn(at: now)
        }
    }

    private mutating func changeBroker(_ begun: [Story.Kind], _ active: [Story.Kind], _ ended: [Story.Kind], at now: Moment) {
        if !broker.isUp, !active.contains(where: \.isOutage) {
            let isForgetful = ended.contains { if case .brokerIsGone(_, true) = $0 { true } else { false } }
            broker.rise(isForgetful: isForgetful)
        }
        for kind in begun {
            switch kind {
            case .brokerIsGone(let count, _): broker.fail(afterMessages: count)
            case .foreignState(let topic, let isOnline): foreign(.availability(topic, isOnline: isOnline))
            case .homeAssistantStarts:
                judge.homeAssistantStarts()
                foreign(Message(topic: "homeassistant/status", text: "online", qos: 0, retain: false, kind: .passing))
            default: break
            }
        }
    }

    private mutating func foreign(_ message: Message) {
        guard broker.take(message) else { return }
        _ = broker.takeArrived()
        program?.deliver(BrokerMessage(topic: message.topic, payload: message.payload, isRetained: false))
    }
}

extension Story.Kind {
    fileprivate var isOutage: Bool { if case .brokerIsGone = self { true } else { false } }
    fileprivate var isEndOfProgram: Bool { self == .programIsKilled || self == .programIsStopped }
}

extension Simulation {
    /// The shortest story that still fails: without each turn that is not needed, and each turn as short as can be.
    static func shortest(_ story: Story) -> (story: Story, fault: String)? {
        guard var fault = fault(of: story) else { return nil }
        var shortest = story
        // Nothing that comes after it is to blame.
        if let number = Int(fault.dropFirst("telegram ".count).prefix { $0 != ":" }) { shortest.telegrams = number + 1 }
        shortest.turns.removeAll { $0.at >= shortest.telegrams }
        func isWorse(_ candidate: Story) -> Bool {
            guard let found = Self.fault(of: candidate) else { return false }
            (shortest, fault) = (candidate, found)
            return true
        }
        var size = max(1, story.turns.count / 2)
        while size > 0 {
            var index = 0
            while index < shortest.turns.count {
                var candidate = shortest
                candidate.turns.removeSubrange(index..<min(index + size, candidate.turns.count))
                if !isWorse(candidate) { index += size }
            }
            size /= 2
        }
        for index in shortest.turns.indices {
            while shortest.turns[index].telegrams > 1 {
                var candidate = shortest
                candidate.turns[index].telegrams = shortest.turns[index].telegrams / 2
                if !isWorse(candidate) { break }
            }
        }
        return (shortest, fault)
    }
}
