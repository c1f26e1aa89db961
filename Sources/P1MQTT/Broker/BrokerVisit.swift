import P1MQTTMeter
import P1MQTTSystem

/// A short visit of a command to the broker: it reads what is retained, deletes some of it, and leaves.
package final class BrokerVisit {
    /// Milliseconds for the broker to answer to everything that was asked at a time.
    private static let answerLimit: Int64 = 30_000

    private let connection: BrokerConnection
    private let wake: WakeDescriptor
    private let inbox: Inbox

    /// Connects to the first of the brokers that accepts, runs `body` on a thread of its own, and disconnects.
    /// - Parameters:
    ///   - clientId: must not be that of a running service, which the broker would throw out.
    ///   - limit: milliseconds for each connection.
    ///   - onFailure: told of each broker that did not accept while another one is left.
    package static func run<Outcome: Sendable>(
        settings: MQTTSettings, clientId: String, limit: Int64 = 10_000, onFailure: @escaping @Sendable (MosquittoError) -> Void = { _ in },
        _ body: @escaping @Sendable (BrokerVisit) throws(MosquittoError) -> Outcome
    ) async throws(MosquittoError) -> Outcome {
        let result = await DedicatedThread.run(named: "broker-visit") {
            MosquittoLibrary.blockBrokenPipeSignal()
            return Result { () throws(MosquittoError) in
                let visit = try begin(settings, clientId: clientId, limit: limit, onFailure)
                let outcome = try body(visit)
                try visit.connection.disconnect()
                return outcome
            }
        }
        return try result.get()
    }

    private static func begin(
        _ settings: MQTTSettings, clientId: String, limit: Int64, _ onFailure: (MosquittoError) -> Void
    ) throws(MosquittoError) -> BrokerVisit {
        var brokers = settings.brokers[...]
        while true {
            do throws(MosquittoError) {
                return try BrokerVisit(settings, brokers.removeFirst(), clientId: clientId, limit: limit)
            } catch {
                if brokers.isEmpty { throw error }
                onFailure(error)
            }
        }
    }

    private init(_ settings: MQTTSettings, _ broker: BrokerAddress, clientId: String, limit: Int64) throws(MosquittoError) {
        wake = WakeDescriptor()
        inbox = Inbox(wake: wake)
        let connection = try BrokerConnection.connect(
            settings: settings, broker: broker, clientId: clientId, will: nil, inbox: inbox, limit: limit, wake: wake, isStopping: { false }
        )
        guard let connection else { preconditionFailure("only a stop ends without a connection or an error") }
        self.connection = connection
    }

    // MARK: - Reading

    /// What became of a request for retained messages.
    package struct Answer: Sendable, Equatable {
        /// Filters that this user may not read.
        package var refused: [String] = []
        /// Messages that were too large, or too many at once.
        package var ignored = 0
    }

    /// Reads the retained messages of some filters. It takes as long as subscribing and ending that again: the broker
    /// has sent what it keeps by then.
    package func readRetained(
        _ filters: [String], _ take: (_ topic: String, _ payload: [UInt8]) -> Void
    ) throws(MosquittoError) -> Answer {
        var answer = Answer()
        guard !filters.isEmpty else { return answer }
        for filter in filters { try connection.subscribe(filter, qos: 0) }
        let limit = Moment.now().monotonic + Self.answerLimit
        let ignored = inbox.counters.ignored
        while let events = try turn(until: limit) {
            for message in inbox.take().compactMap(\.message) where message.isRetained { take(message.topic, message.payload) }
            for case .answered(let filter, let isGranted, let isLast, _) in events {
                if !isGranted { answer.refused.append(filter) }
                if isLast { for filter in filters { try connection.unsubscribe(filter) } }
            }
            answer.ignored = inbox.counters.ignored - ignored
            if events.contains(.unsubscribed) { return answer }
        }
        throw MosquittoError(broker: connection.broker, cause: .noAnswer)
    }

    /// The first message on a topic; `nil` when there is none in time, or when it may not be read.
    package func first(on topic: String, within milliseconds: Int64) throws(MosquittoError) -> [UInt8]? {
        try connection.subscribe(topic, qos: 0)
        let limit = Moment.now().monotonic + milliseconds
        while let events = try turn(until: limit) {
            if let message = inbox.take().first?.message { return message.payload }
            for case .answered(topic, false, _, _) in events { return nil }
        }
        return nil
    }

    // MARK: - Deleting

    /// Deletes retained messages and waits until the broker has confirmed it.
    /// - Returns: what it would not delete, with its reason; only MQTT 5 tells.
    package func deleteRetained(_ topics: [String]) throws(MosquittoError) -> [(topic: String, reason: String)] {
        var rejected: [(topic: String, reason: String)] = []
        for topic in topics {
            let message = Message(topic: topic, payload: [], qos: 1, retain: true, kind: .discovery)
            if let fault = try connection.publish(message, at: Moment.now().monotonic) { rejected.append((topic, fault)) }
        }
        let limit = Moment.now().monotonic + Self.answerLimit
        while let events = try turn(until: limit) {
            for case .rejected(let topic, let reason) in events { rejected.append((topic, reason)) }
            if connection.unconfirmed.isEmpty { return rejected }
        }
        throw MosquittoError(broker: connection.broker, cause: .noAnswer)
    }

    /// What the broker answered within a second; `nil` when the time is up.
    private func turn(until limit: Int64) throws(MosquittoError) -> [BrokerConnection.Event]? {
        let rest = limit - Moment.now().monotonic
        guard rest > 0 else { return nil }
        try connection.turn(wake: wake, timeout: min(rest, 1000))
        return connection.takeEvents()
    }
}
