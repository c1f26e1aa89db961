import P1MQTTBroker
import P1MQTTMeter

/// Watches what arrives at the broker and knows what the meter sent: says what must not be. It shares no code with what it
/// judges but the reader of JSON.
struct Judge {
    /// A telegram that the program has to publish.
    struct Heard {
        let telegram: SentTelegram
        /// Whether the meter on its M-Bus is known to be there.
        let hasGas: Bool
    }

    let story: Story
    /// What was found first.
    private(set) var fault: String?

    // What the program has heard, in this run of it.
    private(set) var heard: [Heard] = []
    private var knownId: String?
    private var stranger: SentTelegram?
    private var gas = GasJudge()
    var registers = RegisterJudge()
    var sets = SetJudge()
    /// Whether the meter is there: heard since the program started and since it was silent.
    private(set) var isMeterHeard = false

    // What was seen at the broker.
    var document: Seen?
    var values: [String: String] = [:]
    /// Whether all state may come once more, with values that the newest telegram does not have.
    private(set) var mayRepeat = true
    private var hasAnnounced = false
    private(set) var events = EventJudge()
    private(set) var history = HistoryJudge()
    /// Ids of devices that nobody could know to be gone.
    private(set) var excusedDevices: Set<String> = []

    /// The newest document, and what stands in it.
    struct Seen {
        var index: Int
        var telegram: SentTelegram
        var leaves: [String: String]
    }

    init(_ story: Story) {
        self.story = story
    }

    mutating func note(_ fault: String) { self.fault = self.fault ?? fault }

    /// What of its telegrams is remembered: far more than any turn of a story lasts.
    private static let memory = 600
    private(set) var forgotten = 0

    // MARK: - The program

    /// - Parameter isReachable: whether it can ask the broker what an earlier run published.
    mutating func programStarts(_ broker: SimulatedBroker, isReachable: Bool) {
        let leaves = isReachable ? broker.text("p1/json").flatMap(DocumentLeaves.init)?.leaves : nil
        (heard, forgotten, stranger, isMeterHeard, hasAnnounced) = ([], 0, nil, false, false)
        values = [:]
        mayRepeat = true
        knownId = leaves?["equipmentId"]
        gas = GasJudge(knownId: leaves?["mbus/1/equipmentId"])
        document = nil
        registers = RegisterJudge(earlier: leaves)
        sets = SetJudge(earlier: leaves)
        events.programStarts(leaves)
        // While another gas meter waits to be believed the document has none: which one was there is not known any more.
        if leaves?["mbus/1/equipmentId"] == nil { excusedDevices.formUnion(broker.devices) }
    }

    mutating func programEnds(isConnected: Bool) {
        if !isConnected { events.isExact = false }
        history.programEnds()
        isMeterHeard = false
    }

    mutating func connectionIsLost() {
        (mayRepeat, hasAnnounced) = (true, false)
        values = [:]
        events.mayRepeat = true
        history.mayRepeat = true
    }

    mutating func homeAssistantStarts() { mayRepeat = true }

    // MARK: - The meter

    mutating func meterIsSilent() { isMeterHeard = false }

    /// A good telegram reaches the program. One of another meter waits for a second one like it.
    mutating func hears(_ telegram: SentTelegram, isConnected: Bool) {
        if knownId == nil || telegram.id == knownId {
            stranger = nil
            knownId = telegram.id
            admit(telegram, isConnected)
        } else if let first = stranger, first.id == telegram.id {
            stranger = nil
            knownId = telegram.id
            admit(first, isConnected)
            admit(telegram, isConnected)
        } else {
            stranger = telegram
        }
    }

    private mutating func admit(_ telegram: SentTelegram, _ isConnected: Bool) {
        isMeterHeard = true
        let hasGas = gas.takes(telegram)
        heard.append(Heard(telegram: telegram, hasGas: hasGas))
        if heard.count > 2 * Self.memory {
            heard.removeFirst(Self.memory)
            forgotten += Self.memory
        }
        registers.takes(telegram, hasGas: hasGas)
        sets.takes(telegram)
        events.expect(telegram)
        if !isConnected { history.expect(telegram) }
    }

    // MARK: - The broker

    mutating func sees(_ messages: [Message], _ broker: SimulatedBroker) {
        for message in messages where fault == nil {
            let text = String(decoding: message.payload, as: UTF8.self)
            switch message.topic {
            case "p1/json": seesDocument(text)
            case "p1/history":
                history.sees(text, heard.map(\.telegram), story).map { note($0) }
            case "p1/availability":
                if text == "online", !isMeterHeard { note("p1/availability says online, and the meter was not heard") }
            case "p1/bridge/state": seesState(text, broker)
            case let topic where topic.hasPrefix("p1/event/"): events.sees(topic, text).map { note($0) }
            case let topic where topic.hasPrefix("p1/bridge/") || topic.hasSuffix("/availability"): break
            case let topic where topic.hasPrefix("p1/"): values[String(topic.dropFirst(3))] = text
            default: break
            }
        }
    }

    /// The first word of a connection: an `online` of an earlier run must not stand beside it.
    private mutating func seesState(_ text: String, _ broker: SimulatedBroker) {
        guard text == "online", !hasAnnounced else { return }
        hasAnnounced = true
        for topic in ["p1/availability", "p1/mbus/1/availability"] where broker.text(topic) == "online" && !isMeterHeard {
            note("p1/bridge/state says online while \(topic) does, of a meter that was not heard")
        }
    }

    /// What comes at the end of a run: the rest of the history, and the farewell.
    mutating func seesEnd(_ messages: [Message], _ broker: SimulatedBroker) {
        sees(messages.filter { !["p1/json"].contains($0.topic) }, broker)
    }

    mutating func repeatIsOver(unless isUnderWay: Bool) { if !isUnderWay { mayRepeat = false } }

    // MARK: - When nothing has happened for a while

    mutating func isCalm(_ broker: SimulatedBroker) {
        guard let last = heard.last, let document else { return note("nothing was published") }
        if document.index != forgotten + heard.count - 1 {
            note(
                "the newest document is of \(document.telegram.values["timestamp"] ?? "?"), the newest telegram of \(last.telegram.values["timestamp"] ?? "?")"
            )
        }
        // An empty text takes its topic away.
        for (path, value) in document.leaves where path != "held" && broker.text("p1/" + path) ?? "" != value {
            note("p1/\(path) is \(broker.text("p1/" + path) ?? "nothing") at the broker, and \(value) in the document")
        }
        expect("p1/bridge/state", "online", broker)
        expect("p1/availability", isMeterHeard ? "online" : "offline", broker)
        if isMeterHeard, let state = gas.state(at: last.telegram.time) { expect("p1/mbus/1/availability", state, broker) }
        let devices = Set([last.telegram.id, gas.knownId].compactMap(\.self).map { "p1mqtt_" + $0.lowercased() } + ["p1mqtt_bridge_p1"])
        if !devices.isSubset(of: broker.devices) { note("devices \(devices.subtracting(broker.devices).sorted()) are not announced") }
        let others = broker.devices.subtracting(devices).subtracting(excusedDevices)
        if !others.isEmpty { note("devices \(others.sorted()) are still announced") }
        events.isCalm().map { note($0) }
        history.isCalm(story).map { note($0) }
    }

    private mutating func expect(_ topic: String, _ text: String, _ broker: SimulatedBroker) {
        if broker.text(topic) != text { note("\(topic) is \(broker.text(topic) ?? "nothing") at the broker, not \(text)") }
    }

    mutating func isBounded(_ program: SimulatedProgram) {
        let counters = program.counters
        let limit = counters.topics + 2 * SimulatedProgram.maximumEvents + 32
        if counters.topics > 400 || counters.pending > limit { note("\(counters.pending) messages of \(counters.topics) topics wait") }
    }
}

extension SimulatedBroker {
    /// Ids of the devices that are announced.
    var devices: Set<String> {
        Set(
            retained.keys.compactMap { topic in
                let levels = topic.split(separator: "/")
                return levels.count == 4 && levels[0] == "homeassistant" && levels[3] == "config" ? String(levels[2]) : nil
            })
    }
}
