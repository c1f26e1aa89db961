import Foundation
import TestSupport

/// A subscriber to everything: as much of MQTT 3.1.1 as that takes, on one descriptor and without a thread.
final class SubscriberConnection {
    struct Arrival {
        let topic: String
        let payload: String
        /// Whether the broker had kept it from before the subscription.
        let isRetained: Bool
    }

    let descriptor: CInt
    /// Whether the broker has confirmed the subscription; what it had kept follows.
    private(set) var isSubscribed = false
    private(set) var isOver = false
    private var received: [UInt8] = []
    private var buffer = [UInt8](repeating: 0, count: 256 * 1024)

    /// Connects without a wait of its own: the broker is on this machine.
    init(port: Int, user: String) {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = loopback(port: port)
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        isOver = code != 0
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        // Clean session, user name and password; keep-alive 0: no pings.
        let flags: UInt8 = 0x02 | 0x80 | 0x40
        send(0x10, Self.text("MQTT") + [4, flags, 0, 0] + Self.text("") + Self.text(user) + Self.text(user))
        // Packet 1: all topics, at the quality of service with which they are published, at most 1.
        send(0x82, [0, 1] + Self.text("#") + [1])
    }

    deinit { close(descriptor) }

    /// What has come since the last time.
    func read() -> [Arrival] {
        while !isOver {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0 { break }
            isOver = count == 0
            received += buffer[..<count]
            if count < buffer.count { break }
        }
        return packets()
    }

    private func packets() -> [Arrival] {
        var arrivals: [Arrival] = []
        var start = 0
        while let (body, kind) = packet(at: start) {
            start = body.upperBound
            switch kind >> 4 {
            case 3: arrivals.append(publication(kind, received[body]))
            case 9: isSubscribed = true
            // A broker that does not let us in, or says anything else.
            case 2: isOver = isOver || received[body].last != 0
            default: break
            }
        }
        received.removeFirst(start)
        return arrivals
    }

    /// The body of the packet that begins there, and its first byte; `nil` until it is complete.
    private func packet(at start: Int) -> (Range<Int>, UInt8)? {
        var (length, shift, at) = (0, 0, start + 1)
        while at < received.count {
            length |= Int(received[at] & 0x7F) << shift
            at += 1
            if received[at - 1] & 0x80 == 0 { return at + length <= received.count ? (at..<at + length, received[start]) : nil }
            shift += 7
        }
        return nil
    }

    private func publication(_ kind: UInt8, _ body: ArraySlice<UInt8>) -> Arrival {
        let topicEnd = body.startIndex + 2 + (Int(body[body.startIndex]) << 8 | Int(body[body.startIndex + 1]))
        var payload = body[topicEnd...]
        if kind & 0x06 != 0 {
            send(0x40, Array(payload.prefix(2)))
            payload = payload.dropFirst(2)
        }
        return Arrival(
            topic: String(decoding: body[body.startIndex + 2..<topicEnd], as: UTF8.self),
            payload: String(decoding: payload, as: UTF8.self), isRetained: kind & 1 != 0)
    }

    /// Small packets, which the socket takes at once.
    private func send(_ kind: UInt8, _ body: [UInt8]) {
        let packet = [kind, UInt8(body.count)] + body
        if Glibc.send(descriptor, packet, packet.count, CInt(MSG_NOSIGNAL)) != packet.count { isOver = true }
    }

    private static func text(_ text: String) -> [UInt8] { [0, UInt8(text.utf8.count)] + Array(text.utf8) }
}
