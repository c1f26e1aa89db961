import DequeModule
import P1MQTTMeter

/// What waits for the broker and in which order, as a pure value.
///
/// State is kept for each topic: a newer message takes the place of an older one that waits, and all of it waits again
/// after a connect. Events are a queue of their own, with a bound for each kind of them. Both carry tickets from one
/// counter, so that taking merges them into the order in which they were posted. A place in the line that was superseded
/// stays behind with an old ticket; taking skips it, and the line is swept when most of it is old, so every step is cheap
/// on average.
struct OutboxQueue: Sendable {
    /// Topics that are kept; more are refused. A thousand meters have some 40,000.
    var maximumTopics: Int
    /// Events of one kind that wait; of more, the oldest is dropped. History has no bound here.
    var maximumEvents: Int

    private(set) var counters = OutboxCounters()

    /// Where in `slots` each topic is. The line names that place, so that a message is looked up once: when it is posted.
    private var kept: [String: Int] = [:]
    private var slots: [Slot] = []
    /// Places in `slots` whose topic is kept no longer.
    private var vacant: [Int] = []
    private var line: Deque<Place> = []
    private var events: Deque<Event> = []
    private var lastTicket: UInt64 = 0

    /// The newest message of a topic.
    private struct Slot: Sendable {
        var message: Message
        /// Its place in the line; 0 when it does not wait.
        var ticket: UInt64
        /// The ticket of the topic's first message: the order of sending within a kind after a connect.
        let rank: UInt64
        /// Whether it stays after it was sent.
        var isKept: Bool
    }

    private struct Place: Sendable {
        let ticket: UInt64
        let slot: Int
    }

    private struct Event: Sendable {
        var ticket: UInt64
        let message: Message
    }

    init(maximumTopics: Int = 200_000, maximumEvents: Int = 100) {
        self.maximumTopics = maximumTopics
        self.maximumEvents = maximumEvents
    }

    /// Length of the line with its old places, a measure of what the queue costs.
    var places: Int { line.count }

    var isEmpty: Bool { counters.pending == 0 }

    /// What was posted last as the availability on a topic; `nil` when that was nothing.
    func availability(_ topic: String) -> Bool? {
        kept[topic].flatMap { slots[$0].message.kind == .availability ? !slots[$0].message.saysOffline : nil }
    }

    mutating func post(_ batch: [Message]) {
        for message in batch {
            if message.kind.isInSequence {
                append(event: message)
            } else {
                place(message, isKept: message.kind.isState)
            }
        }
    }

    /// Sends an empty retained payload once for each topic, which a broker takes as "delete", and keeps it no longer.
    /// Also for topics that this outbox never had: an earlier run may have left them.
    mutating func forget(_ topics: [String]) {
        for topic in topics {
            let kind = kept[topic].map { slots[$0].message.kind } ?? .discovery
            place(Message(topic: topic, payload: [], qos: 1, retain: true, kind: kind), isKept: false)
        }
    }

    /// Makes all state wait again, ordered by kind and then by first appearance, with the events behind it. That a meter is
    /// not there comes before all else: the program must not seem to be there while an older `online` of it stands.
    mutating func sendAgain() {
        line.removeAll(keepingCapacity: true)
        let order = kept.values.map { slot in
            (slot: slot, order: (slots[slot].message.saysOffline ? 0 : 1, slots[slot].message.kind, slots[slot].rank))
        }.sorted { $0.order < $1.order }
        for (slot, _) in order { wait(slot) }
        for index in events.indices { events[index].ticket = nextTicket() }
        counters.pending = line.count + events.count
    }

    /// Puts back what a lost connection never confirmed and what nobody would send again: events, at the head of
    /// their queue, and deletions. State needs none of this: `sendAgain()` sends it.
    mutating func takeBack(_ unconfirmed: [Message]) {
        for message in unconfirmed.reversed() where message.kind.isInSequence {
            if message.kind.isBounded, waiting(message.kind) >= maximumEvents {
                counters.eventsDropped += 1
            } else {
                events.prepend(Event(ticket: 0, message: message))
                counters.pending += 1
            }
        }
        let deletions = unconfirmed.filter { $0.kind.isState && $0.payload.isEmpty && $0.retain }
        forget(deletions.map(\.topic).filter { kept[$0] == nil })
    }

    /// Replaces all that waits, and all that is kept, by the farewell: each availability is offline, and this comes last.
    mutating func sayFarewell(_ will: Message) {
        let topics = kept.filter { slots[$0.value].message.kind == .availability }.keys.sorted()
        (kept, slots, vacant, line, events) = ([:], [], [], [], [])
        counters.pending = 0
        post(topics.map { .availability($0, isOnline: false) } + [will])
    }

    /// The next messages in order; they wait no longer.
    /// - Parameters:
    ///   - limit: how many at most.
    ///   - bytes: of topics and payloads; the message that exceeds them is the last.
    ///   - window: how many of them may be such that the broker confirms; they end before the first that does not fit.
    mutating func take(limit: Int, bytes: Int = .max, window: Int = .max) -> [Message] {
        var batch: [Message] = []
        var (room, window) = (bytes, window)
        while batch.count < limit, room > 0, let message = takeNext(where: { window > 0 || $0.qos == 0 }) {
            room -= message.topic.utf8.count + message.payload.count
            if message.qos > 0 { window -= 1 }
            batch.append(message)
        }
        counters.pending -= batch.count
        counters.published += batch.count
        counters.topics = kept.count
        return batch
    }

    // MARK: - Steps

    private mutating func place(_ message: Message, isKept: Bool) {
        if let slot = kept[message.topic] {
            if slots[slot].ticket == 0 { counters.pending += 1 } else { counters.superseded += 1 }
            slots[slot].message = message
            slots[slot].isKept = isKept
            wait(slot)
        } else if kept.count < maximumTopics {
            add(Slot(message: message, ticket: 0, rank: lastTicket + 1, isKept: isKept))
            counters.pending += 1
            counters.topics = kept.count
        } else {
            counters.refused += 1
            return
        }
        if line.count > 1024 + 4 * kept.count { sweep() }
    }

    private mutating func add(_ new: Slot) {
        let slot = vacant.popLast() ?? slots.count
        if slot < slots.count { slots[slot] = new } else { slots.append(new) }
        kept[new.message.topic] = slot
        wait(slot)
    }

    private mutating func remove(_ slot: Int) {
        kept[slots[slot].message.topic] = nil
        slots[slot].ticket = 0
        slots[slot].message.payload = []
        vacant.append(slot)
    }

    /// Gives it a place at the end of the line.
    private mutating func wait(_ slot: Int) {
        let ticket = nextTicket()
        slots[slot].ticket = ticket
        line.append(Place(ticket: ticket, slot: slot))
    }

    /// Leaves at most one place for each topic, so a place is looked at a bounded number of times for each one appended.
    private mutating func sweep() {
        let slots = slots
        line.removeAll { slots[$0.slot].ticket != $0.ticket }
    }

    private mutating func append(event: Message) {
        events.append(Event(ticket: nextTicket(), message: event))
        counters.pending += 1
        guard event.kind.isBounded, waiting(event.kind) > maximumEvents,
            let oldest = events.firstIndex(where: { $0.message.kind == event.kind })
        else { return }
        events.remove(at: oldest)
        counters.pending -= 1
        counters.eventsDropped += 1
    }

    /// Events of a kind that wait. Only counted where they may be too many.
    private func waiting(_ kind: Message.Kind) -> Int {
        events.count < maximumEvents ? events.count : events.count { $0.message.kind == kind }
    }

    /// Takes the next message in order, if it fits.
    private mutating func takeNext(where fits: (Message) -> Bool) -> Message? {
        while let place = line.first {
            if let event = events.first, event.ticket < place.ticket { break }
            guard slots[place.slot].ticket == place.ticket else {
                // A newer message of this topic stands further back.
                line.removeFirst()
                continue
            }
            let message = slots[place.slot].message
            guard fits(message) else { return nil }
            line.removeFirst()
            if slots[place.slot].isKept { slots[place.slot].ticket = 0 } else { remove(place.slot) }
            return message
        }
        guard let event = events.first, fits(event.message) else { return nil }
        events.removeFirst()
        return event.message
    }

    private mutating func nextTicket() -> UInt64 {
        lastTicket += 1
        return lastTicket
    }
}

/// What happened in an outbox since it was made, and what is in it now.
package struct OutboxCounters: Sendable, Equatable {
    /// Messages that a newer one of the same topic replaced before they were sent.
    package var superseded = 0
    /// Events that were dropped because too many waited.
    package var eventsDropped = 0
    /// Messages of a new topic that were refused because too many topics are kept.
    package var refused = 0
    /// Messages that wait now.
    package var pending = 0
    /// Topics that are kept now.
    package var topics = 0
    /// Messages handed to the MQTT client.
    package var published = 0
}
