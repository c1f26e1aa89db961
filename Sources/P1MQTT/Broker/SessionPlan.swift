package import Logging
package import P1MQTTMeter

/// What a session with the broker is: who connects, what is said at its start and its end, and what is listened to.
package struct SessionPlan: Sendable {
    package var clientId: String
    /// Published first after each connect.
    package var birth: Message
    /// Published by the broker when this program vanishes, and by this program as the last of its farewell.
    package var will: Message
    package var subscriptions: [Subscription]
    /// Topics or filters whose retained messages are wanted once, on the first connection.
    package var recall: [String]
    /// The name of the lock on this machine that is taken before connecting and held from the first connection on: see
    /// `MachineLock`; `nil`: none.
    package var lock: String?

    /// A new configuration while the program runs: how the present session ends, and what the next one is.
    package struct Change: Sendable {
        package var settings: MQTTSettings
        package var plan: SessionPlan
        /// The last message of the present session; `nil`: all that it said stays true, and the next one goes on at once.
        package var farewell: Message?
        package var logger: Logger

        var ending: Session.Ending { farewell == nil ? .silent : .farewell }

        package init(settings: MQTTSettings, plan: SessionPlan, farewell: Message?, logger: Logger) {
            self.settings = settings
            self.plan = plan
            self.farewell = farewell
            self.logger = logger
        }
    }

    package struct Subscription: Sendable, Equatable {
        package var filter: String
        /// Quality of service, 0 to 2.
        package var qos: CInt

        package init(_ filter: String, qos: CInt = 1) {
            self.filter = filter
            self.qos = qos
        }
    }

    /// - Parameters:
    ///   - clientId: another for each program at the broker, which throws the older one of two out.
    ///   - state: the topic that says whether this program is there.
    package init(
        clientId: String, state: String, subscriptions: [Subscription] = [], recall: [String] = [], lock: String? = nil
    ) {
        self.clientId = clientId
        birth = .availability(state, isOnline: true, kind: .bridge)
        will = .availability(state, isOnline: false, kind: .bridge)
        self.subscriptions = subscriptions
        self.recall = recall
        self.lock = lock
    }
}
