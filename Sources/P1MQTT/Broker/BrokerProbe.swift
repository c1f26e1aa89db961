/// One try at the broker, for `p1mqtt check --connect`.
package enum BrokerProbe {
    package enum Outcome: Sendable, Equatable {
        /// Accepted; the broker's own words on its version where it offers them (mosquitto and EMQX do).
        case connected(version: String?)
        case failed(MosquittoError)
    }

    /// - Parameters:
    ///   - broker: one of those in the settings.
    ///   - clientId: must not be that of a running service, which the broker would throw out.
    ///   - limit: milliseconds for the connection.
    package static func run(settings: MQTTSettings, broker: BrokerAddress, clientId: String, limit: Int64 = 10_000) async -> Outcome {
        do throws(MosquittoError) {
            let version = try await BrokerVisit.run(settings: settings.only(broker), clientId: clientId, limit: limit) {
                visit throws(MosquittoError) in
                // Not every broker tells, and not to everyone: a second is enough to wait.
                try visit.first(on: "$SYS/broker/version", within: 1000)
            }
            return .connected(version: version.map { String(decoding: $0, as: UTF8.self) })
        } catch {
            return .failed(error)
        }
    }
}
