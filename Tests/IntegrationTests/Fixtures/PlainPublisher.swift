import CMosquitto
import TestSupport

/// A client that publishes a lot, and nothing else.
final class PlainPublisher {
    private let handle: OpaquePointer

    init(port: Int) throws {
        guard mosquitto_lib_init() == 0, let handle = mosquitto_new(nil, true, nil) else {
            throw SupportFailure("no handle for a publisher")
        }
        self.handle = handle
        guard mosquitto_connect(handle, "127.0.0.1", CInt(port), 60) == 0 else { throw SupportFailure("a publisher cannot connect") }
        for _ in 0..<10 { mosquitto_loop(handle, 10, 1) }
    }

    deinit { mosquitto_destroy(handle) }

    func publish(_ topic: String, _ payload: [UInt8]) throws {
        let code = mosquitto_publish(handle, nil, topic, CInt(payload.count), payload, 0, false)
        guard code == 0 else { throw SupportFailure("\(topic) cannot be published: \(code)") }
    }

    /// Writes what is left and goes.
    func end() throws {
        while mosquitto_want_write(handle) {
            guard mosquitto_loop_write(handle, 1) == 0 else { throw SupportFailure("a publisher lost its connection") }
        }
        mosquitto_disconnect(handle)
    }
}
