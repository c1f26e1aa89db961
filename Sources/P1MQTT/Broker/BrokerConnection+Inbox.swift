extension BrokerConnection {
    /// What the callbacks noted since it was last taken.
    struct Inbox {
        /// Messages and bytes of payload that are kept from one turn of the loop to the next.
        static let messageLimit = 1000
        static let byteLimit = 4_000_000

        /// Code of the CONNACK, 0 for accepted.
        var connack: CInt?
        /// Why the connection ended, as libmosquitto or the broker put it.
        var disconnect: CInt?
        var received: [(topic: String, payload: [UInt8], retained: Bool)] = []
        var receivedBytes = 0
        /// Messages that were too large, or too many at once, to be kept.
        var ignored = 0
        /// Answers to subscriptions, and whether none is awaited any more.
        var answers: [(filter: String, isGranted: Bool, isLast: Bool)] = []
        /// Whether the end of the last of the subscriptions that were to end was confirmed.
        var hasUnsubscribed = false
        /// Topics that the broker would not take, with its reason (MQTT 5 only; older brokers say nothing).
        var rejected: [(topic: String, reason: String)] = []
        /// First errors and warnings that libmosquitto logged before the broker accepted.
        var log: [String] = []
        /// OpenSSL's result on the broker's certificate, noted when libmosquitto logs a failure: afterwards it may
        /// have thrown the state of TLS away.
        var verification: (code: Int, text: String)?

        /// Keeps a message within the limits, or counts it.
        mutating func receive(_ topic: String, _ payload: UnsafeRawBufferPointer, isRetained: Bool) {
            guard received.count < Self.messageLimit, receivedBytes + payload.count <= Self.byteLimit else {
                ignored += 1
                return
            }
            receivedBytes += payload.count
            received.append((topic, Array(payload), isRetained))
        }
    }
}
