import Glibc
import P1MQTTMeter

/// PUBLISH packets of MQTT 3.1.1 with quality of service 0, collected to leave in one write.
///
/// libmosquitto makes two system calls for each message, the second one to wake a thread that it does not have here.
/// For the 51 messages of a telegram that was three quarters of all the work of the bridge. A packet of this kind has
/// no id and gets no answer, so the library need not know of it; `BrokerConnection` keeps both in order.
struct PublishPackets {
    /// Bytes that the buffer keeps for the next batch; a telegram's messages are some 5,000.
    private static let keptCapacity = 64 * 1024
    /// What the length of a packet can say (section 2.2.3 of the standard).
    private static let maximumLength = 268_435_455

    private(set) var bytes: [UInt8] = []
    private var written = 0

    var isEmpty: Bool { bytes.isEmpty }

    /// Adds the packet of a message.
    /// - Returns: `false` for a message with a topic that is not plain ASCII, or that MQTT cannot carry: libmosquitto
    ///   checks those thoroughly and has the words for what is wrong.
    mutating func append(_ message: Message) -> Bool {
        var topic = message.topic
        return topic.withUTF8 { topic in
            let length = 2 + topic.count + message.payload.count
            guard 1...65535 ~= topic.count, topic.allSatisfy(Self.isPlain), length <= Self.maximumLength else { return false }
            bytes.append(message.retain ? 0x31 : 0x30)
            append(length: length)
            bytes.append(UInt8(truncatingIfNeeded: topic.count >> 8))
            bytes.append(UInt8(truncatingIfNeeded: topic.count))
            bytes.append(contentsOf: topic)
            bytes += message.payload
            return true
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        0x20..<0x7F ~= byte && byte != UInt8(ascii: "+") && byte != UInt8(ascii: "#")
    }

    /// Seven bits in each byte, the lowest first; all but the last have the eighth set.
    private mutating func append(length: Int) {
        var rest = length
        while rest > 127 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// Writes as much as the socket takes now; the rest stays.
    /// - Returns: 0, or the `errno` that ended the connection.
    mutating func write(to socket: CInt) -> CInt {
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                send(socket, bytes.baseAddress.map { $0 + written }, bytes.count - written, CInt(MSG_NOSIGNAL))
            }
            if count < 0 { return errno == EAGAIN || errno == EINTR ? 0 : errno }
            written += count
        }
        bytes.removeAll(keepingCapacity: bytes.count <= Self.keptCapacity)
        written = 0
        return 0
    }
}
