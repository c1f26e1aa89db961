import CMosquitto
import Foundation
import TestSupport

/// A client on libmosquitto's own thread that collects what arrives and lets a test wait for it.
final class Subscriber: @unchecked Sendable {
    // Sendable: `state` is only touched under `lock`, and the handle is thread-safe once its loop runs.
    struct Arrival: Equatable, CustomStringConvertible {
        let topic: String
        let payload: String
        /// Whether the broker had kept it from before the subscription.
        let isRetained: Bool
        var description: String { "\(topic)=\(payload.prefix(40))\(isRetained ? " (retained)" : "")" }
    }

    private let handle: OpaquePointer
    private let filter: String
    private let lock = NSLock()
    private var state = State()

    private struct State {
        var arrivals: [Arrival] = []
        var isSubscribed = false
    }

    /// Subscribes and returns when the broker has confirmed it. Subscribes again after each reconnect.
    /// - Parameter login: user name and password.
    init(port: Int, filter: String = "#", login: (String, String)? = nil) async throws {
        guard mosquitto_lib_init() == 0, let handle = mosquitto_new(nil, true, nil) else {
            throw SupportFailure("no handle for a subscriber")
        }
        self.handle = handle
        self.filter = filter
        // Unretained: `deinit` stops the loop before the object goes.
        mosquitto_user_data_set(handle, Unmanaged.passUnretained(self).toOpaque())
        mosquitto_connect_callback_set(handle) { handle, user, code in
            guard code == 0, let subscriber = Subscriber.from(user) else { return }
            mosquitto_subscribe(handle, nil, subscriber.filter, 2)
        }
        mosquitto_subscribe_callback_set(handle) { _, user, _, _, _ in
            Subscriber.from(user)?.change { $0.isSubscribed = true }
        }
        mosquitto_message_callback_set(handle) { _, user, message in
            guard let message = message?.pointee, let topic = message.topic else { return }
            let payload = UnsafeRawBufferPointer(start: message.payload, count: Int(message.payloadlen))
            let arrival = Arrival(
                topic: String(cString: topic), payload: String(decoding: payload, as: UTF8.self),
                isRetained: message.retain)
            Subscriber.from(user)?.change { $0.arrivals.append(arrival) }
        }
        if let login { mosquitto_username_pw_set(handle, login.0, login.1) }
        mosquitto_int_option(handle, MOSQ_OPT_TCP_NODELAY, 1)
        mosquitto_reconnect_delay_set(handle, 1, 1, false)
        let code = mosquitto_connect(handle, "127.0.0.1", CInt(port), 60)
        guard code == 0, mosquitto_loop_start(handle) == 0 else {
            throw SupportFailure("a subscriber cannot connect: \(code)")
        }
        try await eventually("a subscription to \(filter) on port \(port)") { isSubscribed }
    }

    deinit {
        mosquitto_disconnect(handle)
        // Not by force: the thread sanitizer ends the process when a thread is cancelled.
        mosquitto_loop_stop(handle, false)
        mosquitto_destroy(handle)
    }

    var arrivals: [Arrival] { lock.withLock { state.arrivals } }
    var isSubscribed: Bool { lock.withLock { state.isSubscribed } }

    func payloads(of topic: String) -> [String] { arrivals.filter { $0.topic == topic }.map(\.payload) }

    /// The newest payload of each topic.
    var newest: [String: String] {
        Dictionary(arrivals.map { ($0.topic, $0.payload) }, uniquingKeysWith: { $1 })
    }

    /// Waits until what arrived so far satisfies `condition`.
    func waitUntil(
        _ what: String, within limit: Duration = .seconds(15), _ condition: ([Arrival]) -> Bool
    ) async throws {
        try await eventually("\(what); last arrivals: \(arrivals.suffix(5))", within: limit) { condition(arrivals) }
    }

    func waitFor(_ topic: String, _ payload: String) async throws {
        try await waitUntil("\(topic) = \(payload)") { $0.contains { $0.topic == topic && $0.payload == payload } }
    }

    private static func from(_ user: UnsafeMutableRawPointer?) -> Subscriber? {
        user.map { Unmanaged<Subscriber>.fromOpaque($0).takeUnretainedValue() }
    }

    private func change(_ body: (inout State) -> Void) {
        lock.withLock { body(&state) }
    }
}
