package import P1MQTTMeter
package import P1MQTTSystem

/// Bytes that another thread pushes: telegrams that came over the broker. Bounded; the oldest push goes first.
package final class PushSource: ByteSource, Sendable {
    package static let limit = 256 * 1024

    package let name: String
    package let traits = SourceTraits.pushed

    private struct Queue {
        var chunks: [[UInt8]] = []
        var bytes = 0
        var dropped = 0
    }

    private let queue = Locked(Queue())
    private let wake: WakeDescriptor

    /// `name` is for logs: "mqtt topic p1/raw".
    package init(name: String, wake: WakeDescriptor) {
        self.name = name
        self.wake = wake
    }

    /// Pushes that were dropped because the input thread did not keep up, or that were larger than the limit.
    package var dropped: Int { queue.withLock { $0.dropped } }

    /// Hands bytes to the input thread; from any thread, never blocks for long.
    package func push(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        queue.withLock { queue in
            guard bytes.count <= Self.limit else {
                queue.dropped += 1
                return
            }
            queue.chunks.append(bytes)
            queue.bytes += bytes.count
            var surplus = 0
            while queue.bytes > Self.limit {
                queue.bytes -= queue.chunks[surplus].count
                surplus += 1
            }
            queue.chunks.removeFirst(surplus)
            queue.dropped += surplus
        }
        wake.wake()
    }

    /// Due at once while something waits.
    package var deadline: Int64? { queue.withLock { $0.chunks.isEmpty ? nil : .min } }

    package func open(at now: Moment) -> OpenState { .opened("listening") }

    package func service(
        _ ready: Int16, at now: Moment, buffer: UnsafeMutableRawBufferPointer,
        deliver: (UnsafeRawBufferPointer) -> Void
    ) -> SourceEvent? {
        let chunks = queue.withLock { queue in
            defer { (queue.chunks, queue.bytes) = ([], 0) }
            return queue.chunks
        }
        for chunk in chunks { chunk.withUnsafeBytes(deliver) }
        return nil
    }

    package func close() {}
}
