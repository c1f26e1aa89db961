import P1MQTTMeter

/// What waits for the broker and in which order, as a pure value.
///
/// State is kept per topic for ever: a newer message takes the place of an older one that waits, and all of it waits
/// again after a connect. Events are a queue of their own. Both carry tickets from one counter, so that taking
/// merges them into the order in which they were posted. A place in the line that was superseded stays behind as a
/// dead ticket; taking skips it, and the line is swept when most of it is dead, so every step is cheap on average.
struct OutboxQueue: Sendable {
    /// Topics that are kept; more are refused. A thousand meters have some 40,000.
    let maximumTopics: Int
    /// Events that wait; of more, the oldest is dropped. History counts among them but is never dropped.
    let maximumEvents: Int

    private(set) var counters = OutboxCounters()

    private var slots: [Slot] = []
    private var freeSlots: [Int] = []
    private var slotOfTopic: [String: Int] = [:]
    private var line: [Place] = []
    private var lineHead = 0
    private var events: [(ticket: UInt64, message: Message)] = []
    private var eventsHead = 0
    private var lastTicket: UInt64 = 0
    private var slotsCreated: UInt64 = 0

    /// The newest message of a topic.
    private struct Slot: Sendable {
        var message: Message
        /// Its place in the line; 0 when it does not wait.
        var ticket: UInt64
        /// Rank by first appearance, the order of sending within a kind after a connect.
        var created: UInt64
        /// Whether it stays after it was sent.
        var isKept: Bool
    }

    private struct Place: Sendable {
        var ticket: UInt64
        var slot: Int
    }

    init(maximumTopics: Int = 200_000, maximumEvents: Int = 100) {
        self.maximumTopics = maximumTopics
        self.maximumEvents = maximumEvents
    }

    /// Length of the line with its dead places, a measure of what the queue costs.
    var places: Int { line.count }

    var isEmpty: Bool { counters.pending == 0 }

    mutating func post(_ batch: [Message]) {
        for message in batch {
            if message.kind >= .event {
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
            let kind = slotOfTopic[topic].map { slots[$0].message.kind } ?? .discovery
            place(Message(topic: topic, payload: [], qos: 1, retain: true, kind: kind), isKept: false)
        }
    }

    /// Makes all state wait again, ordered by kind and then by first appearance, with what passes and the events
    /// behind it.
    mutating func connected() {
        let order = slotOfTopic.values.filter { slots[$0].isKept || slots[$0].ticket != 0 }.sorted { left, right in
            (slots[left].message.kind, slots[left].created) < (slots[right].message.kind, slots[right].created)
        }
        line.removeAll(keepingCapacity: true)
        lineHead = 0
        for slot in order {
            if slots[slot].ticket == 0 { counters.pending += 1 }
            slots[slot].ticket = nextTicket()
            line.append(Place(ticket: slots[slot].ticket, slot: slot))
        }
        for index in events.indices.dropFirst(eventsHead) { events[index].ticket = nextTicket() }
    }

    /// Puts back what a lost connection never confirmed and what nobody would send again: events, at the head of
    /// their queue, and deletions. State needs none of this: `connected()` sends it.
    mutating func takeBack(_ unconfirmed: [Message]) {
        var room = max(0, maximumEvents - (events.count - eventsHead))
        var returned: [(ticket: UInt64, message: Message)] = []
        for message in unconfirmed.reversed() where message.kind >= .event {
            if message.kind == .event {
                guard room > 0 else {
                    counters.eventsDropped += 1
                    continue
                }
                room -= 1
            }
            returned.append((0, message))
        }
        returned.reverse()
        counters.pending += returned.count
        events = returned + events[eventsHead...]
        eventsHead = 0
        let deletions = unconfirmed.filter { $0.kind.isState && $0.payload.isEmpty && $0.retain }
        forget(deletions.map(\.topic).filter { slotOfTopic[$0] == nil })
    }

    /// The next messages in order, at most `limit`; they wait no longer.
    mutating func take(limit: Int) -> [Message] {
        var batch: [Message] = []
        while batch.count < limit {
            skipDeadPlaces()
            let event = eventsHead < events.count ? events[eventsHead].ticket : .max
            let state = lineHead < line.count ? line[lineHead].ticket : .max
            if event == .max && state == .max { break }
            batch.append(event < state ? takeEvent() : takeState())
        }
        if eventsHead == events.count {
            events.removeAll()
            eventsHead = 0
        }
        counters.pending -= batch.count
        counters.published += batch.count
        return batch
    }

    // MARK: - Steps

    private mutating func place(_ message: Message, isKept: Bool) {
        let ticket = nextTicket()
        if let slot = slotOfTopic[message.topic] {
            if slots[slot].ticket == 0 { counters.pending += 1 } else { counters.superseded += 1 }
            slots[slot].message = message
            slots[slot].ticket = ticket
            slots[slot].isKept = isKept
            append(Place(ticket: ticket, slot: slot))
        } else if slotOfTopic.count >= maximumTopics {
            counters.refused += 1
        } else {
            slotsCreated += 1
            let new = Slot(message: message, ticket: ticket, created: slotsCreated, isKept: isKept)
            let slot = freeSlots.popLast() ?? slots.count
            if slot == slots.count { slots.append(new) } else { slots[slot] = new }
            slotOfTopic[message.topic] = slot
            counters.pending += 1
            append(Place(ticket: ticket, slot: slot))
        }
        counters.topics = slotOfTopic.count
    }

    private mutating func append(event: Message) {
        counters.pending += 1
        events.append((nextTicket(), event))
        if events.count - eventsHead > maximumEvents { dropOldestEvent() }
        if eventsHead > maximumEvents {
            events.removeFirst(eventsHead)
            eventsHead = 0
        }
    }

    private mutating func dropOldestEvent() {
        guard let oldest = events.indices.dropFirst(eventsHead).first(where: { events[$0].message.kind == .event }) else { return }
        counters.pending -= 1
        counters.eventsDropped += 1
        if oldest == eventsHead { eventsHead += 1 } else { events.remove(at: oldest) }
    }

    /// At most three dead places for each one that lives, beside a fixed few: a place is swept over a bounded number
    /// of times for each one appended.
    private mutating func append(_ place: Place) {
        line.append(place)
        guard line.count - lineHead > 1024 + 4 * slotOfTopic.count || lineHead > 1024 + line.count / 2 else { return }
        line = line[lineHead...].filter { slots[$0.slot].ticket == $0.ticket }
        lineHead = 0
    }

    private mutating func skipDeadPlaces() {
        while lineHead < line.count, slots[line[lineHead].slot].ticket != line[lineHead].ticket { lineHead += 1 }
    }

    private mutating func takeEvent() -> Message {
        defer { eventsHead += 1 }
        return events[eventsHead].message
    }

    private mutating func takeState() -> Message {
        let slot = line[lineHead].slot
        lineHead += 1
        slots[slot].ticket = 0
        let message = slots[slot].message
        if !slots[slot].isKept {
            slots[slot].message.payload = []
            slotOfTopic[message.topic] = nil
            freeSlots.append(slot)
            counters.topics = slotOfTopic.count
        }
        return message
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
