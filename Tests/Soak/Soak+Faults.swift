import TestSupport

/// The plan: calm times with faults of single meters, and faults of the broker between them.
extension Soak {
    enum BrokerFault: String, CaseIterable {
        case killedWithData = "broker killed, back with what it had saved"
        case killedWithoutData = "broker killed, back without its data"
        case frozen = "broker frozen for a moment"
        case frozenLong = "broker frozen beyond the keep-alive"
        case shutOut = "broker refuses the program for a while"
    }

    enum SourceFault: String, CaseIterable {
        case hangUp = "source connection dropped within a telegram"
        case silent = "meter silent"
        case flood = "telegrams as fast as they are taken"
    }

    /// Milliseconds for everything to arrive after an outage: two pauses of a client that waits up to 30 s, and some.
    private static let limit: Int64 = 90_000

    func run(for milliseconds: Int64) async throws {
        let end = Self.now + milliseconds
        pace = .free(200)
        guard try turns(for: 60_000, until: { meters.allSatisfy { $0.ledger.documented >= 3 } }) else {
            return report.note(.process, "no telegram arrived within a minute; its log: \(log)")
        }
        let devices = 1 + 2 * meters.count
        let isAnnounced = { self.others.keys.filter { $0.hasPrefix("homeassistant/") }.count == devices }
        if try !turns(for: 30_000, until: isAnnounced) { report.note(.state, "not all of \(devices) devices were announced") }
        var round = 0
        while Self.now < end {
            try calm(for: .random(in: 15_000...40_000, using: &random))
            // What takes long to be known, as the flow of gas, has joined its device meanwhile.
            discovery = others.filter { $0.key.hasPrefix("homeassistant/") }
            if discovery.count != devices { report.note(.state, "\(discovery.count) of \(devices) devices are announced") }
            // From the second round on every buffer has had its use.
            if round > BrokerFault.allCases.count { try measure() }
            try await disturbBroker(BrokerFault.allCases[round % BrokerFault.allCases.count])
            round += 1
        }
        try calm(for: 5000)
        try measure()
        if let growth = figures.growth { report.note(.process, growth) }
    }

    // MARK: - Calm

    private func calm(for milliseconds: Int64) throws {
        pace = .lockstep
        let end = Self.now + milliseconds
        while Self.now < end {
            try turns(for: .random(in: 500...4000, using: &random))
            let now = Self.now
            let number = Int.random(in: meters.indices, using: &random)
            guard meters[number].isCalm(at: now), let fault = SourceFault.allCases.randomElement(using: &random) else { continue }
            switch fault {
            case .hangUp:
                guard meters[number].line.canHangUp else { continue }
                meters[number].dropLine()
            // It says 15 s.
            case .silent:
                guard meters.allSatisfy({ $0.silentUntil < now }), Int.random(in: 0..<4, using: &random) == 0 else { continue }
                meters[number].beSilent(until: now + 18_000)
            case .flood: meters[number].flood(until: now + 3000)
            }
            report.inject(fault.rawValue)
        }
    }

    /// Waits until all meters are well, and takes the figures.
    private func measure() throws {
        let isCalm = try turns(for: Self.limit) { meters.allSatisfy { $0.isCalm(at: Self.now) && $0.isWaiting } }
        if !isCalm { report.note(.source, "not all meters were connected again within \(Self.limit / 1000) s") }
        figures.take()
    }

    // MARK: - The broker

    private func disturbBroker(_ fault: BrokerFault) async throws {
        report.inject(fault.rawValue)
        let before = meters.map(\.ledger.sent)
        for number in meters.indices { meters[number].startOver() }
        let outage: Int64
        switch fault {
        case .killedWithData, .killedWithoutData:
            broker.broker.kill()
            outage = .random(in: 1000...8000, using: &random)
            pace = .free(4)
        case .frozen:
            broker.broker.freeze()
            outage = .random(in: 500...3000, using: &random)
            pace = .free(4)
        case .frozenLong:
            broker.broker.freeze()
            outage = .random(in: 10_000...14_000, using: &random)
            // A minute by the meter's clock takes longer than it takes to notice: see `HistoryBuffer`.
            pace = .free(200)
        case .shutOut:
            try broker.shutProgramOut()
            outage = .random(in: 1000...6000, using: &random)
            pace = .free(4)
        }
        // What was seen until now does not count: after a new connection everything has to come again.
        if fault != .frozen { for number in meters.indices { meters[number].ledger.forgetSeen() } }
        try turns(for: outage)
        pace = .paused
        try turns(for: Self.limit) { meters.allSatisfy { $0.line.isFlushed } }
        try turns(for: 300)
        switch fault {
        case .killedWithData, .killedWithoutData:
            if fault == .killedWithoutData { broker.forgetEverything() }
            others = [:]
            try await broker.start()
            subscriber = SubscriberConnection(port: broker.broker.port, user: SoakBroker.reader)
            try turns(for: 10_000) { subscriber.isSubscribed }
            try broker.letProgramIn()
        case .frozen, .frozenLong: broker.broker.thaw()
        case .shutOut: try broker.letProgramIn()
        }
        try checkReturn(from: fault, sentBefore: before)
        for number in meters.indices { meters[number].startOver() }
    }

    private func checkReturn(from fault: BrokerFault, sentBefore before: [Int]) throws {
        try turns(for: Self.limit) { meters.allSatisfy { $0.ledger.isUpToDate } }
        for meter in meters where !meter.ledger.isUpToDate {
            report.note(.lostValue, "\(meter.ledger.model.name) after \(fault.rawValue): \(meter.ledger.missing.prefix(5))")
        }
        guard fault != .frozen else { return }
        let missing = { (number: Int) in self.meters[number].ledger.missingMinutes(after: before[number]) }
        try turns(for: Self.limit) { meters.indices.allSatisfy { missing($0).isEmpty } }
        for number in meters.indices where !missing(number).isEmpty {
            report.note(.lostHistory, "m\(number) after \(fault.rawValue): \(missing(number))")
        }
        // A meter that was away during the outage is back when it is heard.
        pace = .free(100)
        try checkState(after: fault)
        pace = .paused
        try turns(for: Self.limit) { meters.allSatisfy { $0.line.isFlushed && (!$0.line.isConnected || $0.ledger.isUpToDate) } }
        try checkKept(after: fault)
    }

    private func checkState(after fault: BrokerFault) throws {
        let now = Self.now
        var expected = ["p1/bridge/state": "online"]
        for meter in meters where meter.isCalm(at: now) {
            for level in ["availability", "mbus/1/availability"] { expected["p1/\(meter.ledger.model.name)/\(level)"] = "online" }
        }
        let kept = ["p1/bridge/info", "p1/bridge/topics", "p1/bridge/health"] + discovery.keys
        let isThere = { expected.allSatisfy { self.others[$0.key] == $0.value } && kept.allSatisfy { self.others[$0] != nil } }
        try turns(for: Self.limit, until: isThere)
        for (topic, state) in expected where others[topic] != state {
            report.note(.state, "\(topic) is \(others[topic] ?? "missing") after \(fault.rawValue)")
        }
        for topic in kept where others[topic] == nil { report.note(.state, "\(topic) is missing after \(fault.rawValue)") }
        for (topic, payload) in discovery where others[topic] != payload {
            report.note(.state, "\(topic) differs after \(fault.rawValue)")
        }
    }

    /// Who comes now finds everything at the broker.
    private func checkKept(after fault: BrokerFault) throws {
        let late = SubscriberConnection(port: broker.broker.port, user: SoakBroker.reader)
        var kept: [String: String] = [:]
        var missing = Set(discovery.keys).union(["p1/bridge/state", "p1/bridge/info", "p1/bridge/topics", "p1/bridge/health"])
        for meter in meters {
            let topics = MeterModel.topics + ["json", "availability", "mbus/1/availability"]
            missing.formUnion(topics.map { "p1/\(meter.ledger.model.name)/\($0)" })
        }
        try turns(for: 10_000) {
            for arrival in late.read() where arrival.isRetained {
                kept[arrival.topic] = arrival.payload
                missing.remove(arrival.topic)
            }
            return missing.isEmpty
        }
        for topic in missing.sorted() { report.note(.state, "\(topic) is not kept by the broker after \(fault.rawValue)") }
        for meter in meters {
            for (topic, value) in zip(MeterModel.topics, meter.ledger.last) {
                let topic = "p1/\(meter.ledger.model.name)/\(topic)"
                if let shown = kept[topic], shown != value { report.note(.lostValue, "\(topic) is kept as \(shown), not \(value)") }
            }
        }
    }
}
