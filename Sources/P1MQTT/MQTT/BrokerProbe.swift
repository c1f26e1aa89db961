#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// One try at the broker, for `p1mqtt check --connect`.
enum BrokerProbe {
    enum Outcome: Sendable, Equatable {
        /// Accepted; the broker's own words on its version where it offers them (mosquitto and EMQX do).
        case connected(version: String?)
        case failed(MosquittoError)
    }

    /// - Parameters:
    ///   - clientId: must not be that of a running service, which the broker would throw out.
    ///   - limit: milliseconds for the connection.
    static func run(settings: MQTTSettings, clientId: String, limit: Int64 = 10_000) async -> Outcome {
        let outcome = Locked<Outcome?>(nil)
        await DedicatedThread.run(named: "broker-probe") {
            let result = probe(settings: settings, clientId: clientId, limit: limit)
            outcome.withLock { $0 = result }
        }
        return outcome.withLock { $0 } ?? .connected(version: nil)
    }

    private static func probe(settings: MQTTSettings, clientId: String, limit: Int64) -> Outcome {
        MosquittoLibrary.blockBrokenPipeSignal()
        let wake = WakeDescriptor()
        do throws(MosquittoError) {
            let connection = try BrokerConnection.connect(
                settings: settings, clientId: clientId, will: nil, limit: limit, wake: wake, isStopping: { false })
            guard let connection else { return .connected(version: nil) }
            let version = try askVersion(connection, wake: wake)
            try connection.disconnect()
            return .connected(version: version)
        } catch {
            return .failed(error)
        }
    }

    /// Not every broker tells, and not to everyone: a second is enough to wait.
    private static func askVersion(
        _ connection: BrokerConnection, wake: WakeDescriptor
    ) throws(MosquittoError) -> String? {
        try connection.subscribe("$SYS/broker/version", qos: 0)
        let limit = Moment.now().monotonic + 1000
        while Moment.now().monotonic < limit {
            try connection.turn(wake: wake, timeout: limit - Moment.now().monotonic)
            let inbox = connection.takeInbox()
            if let message = inbox.received.first { return String(decoding: message.payload, as: UTF8.self) }
            if inbox.answers.contains(where: { !$0.isGranted }) { return nil }
        }
        return nil
    }
}
