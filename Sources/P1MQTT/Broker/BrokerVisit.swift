import P1MQTTMeter
import P1MQTTSystem

/// A short visit of a command to the broker: it reads what is retained, deletes some of it, and leaves.
package final class BrokerVisit {
    /// Milliseconds for the broker to answer to everything that was asked at a time.
    private static let answerLimit: Int64 = 30_000

    private let connection: BrokerConnection
    private let wake: WakeDescriptor

    private init(_ connection: BrokerConnection, wake: WakeDescriptor) {
        self.connection = connection
        self.wake = wake
    }

    /// Connects, runs `body` on a thread of its own, and disconnects.
    /// - Parameters:
    ///   - clientId: must not be that of a running service, which the broker would throw out.
    ///   - limit: milliseconds for the connection.
    package static func run<Result: Sendable>(
        settings: MQTTSettings, clientId: String, limit: Int64 = 10_000,
        _ body: @escaping @Sendable (BrokerVisit) throws(MosquittoError) -> Result
    ) async throws(MosquittoError) -> Result {
        let outcome = Locked<Swift.Result<Result, MosquittoError>?>(nil)
        await DedicatedThread.run(named: "broker-visit") {
            MosquittoLibrary.blockBrokenPipeSignal()
            let result = Swift.Result { () throws(MosquittoError) in
                let wake = WakeDescriptor()
                let connection = try BrokerConnection.connect(
                    settings: settings, clientId: clientId, will: nil, limit: limit, wake: wake, isStopping: { false })
                guard let connection else { preconditionFailure("only a stop ends without a connection or an error") }
                let result = try body(BrokerVisit(connection, wake: wake))
                try connection.disconnect()
                return result
            }
            outcome.withLock { $0 = result }
        }
        guard let result = outcome.withLock({ $0 }) else { preconditionFailure("the thread has ended and left its outcome") }
        return try result.get()
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
        while true {
            let inbox = try nextInbox(until: limit)
            for message in inbox.received where message.retained { take(message.topic, message.payload) }
            answer.ignored += inbox.ignored
            answer.refused += inbox.answers.filter { !$0.isGranted }.map(\.filter)
            if inbox.answers.contains(where: \.isLast) {
                for filter in filters { try connection.unsubscribe(filter) }
            }
            if inbox.hasUnsubscribed { return answer }
        }
    }

    /// The first message on a topic; `nil` when there is none in time, or when it may not be read.
    package func first(on topic: String, within milliseconds: Int64) throws(MosquittoError) -> [UInt8]? {
        try connection.subscribe(topic, qos: 0)
        let limit = Moment.now().monotonic + milliseconds
        while Moment.now().monotonic < limit {
            try connection.turn(wake: wake, timeout: limit - Moment.now().monotonic)
            let inbox = connection.takeInbox()
            if let message = inbox.received.first { return message.payload }
            if inbox.answers.contains(where: { !$0.isGranted }) { return nil }
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
            if let fault = try connection.publish(message) { rejected.append((topic, fault)) }
        }
        let limit = Moment.now().monotonic + Self.answerLimit
        while connection.unconfirmedCount > 0 { rejected += try nextInbox(until: limit).rejected }
        return rejected
    }

    private func nextInbox(until limit: Int64) throws(MosquittoError) -> BrokerConnection.Inbox {
        let rest = limit - Moment.now().monotonic
        guard rest > 0 else { throw MosquittoError(broker: connection.broker, cause: .noAnswer) }
        try connection.turn(wake: wake, timeout: min(rest, 1000))
        return connection.takeInbox()
    }
}
