package import P1MQTTMeter

/// Telegrams that came over the broker. They are pushed on the input thread when the loop was woken, which is told so with
/// `InputLoop.refresh`, and served within the same turn; until then the inbox bounds them.
package final class PushSource: ByteSource {
    package let name: String
    package let traits = SourceTraits.pushed
    private var chunks: [[UInt8]] = []

    /// `name` is for logs: "mqtt topic p1/raw".
    package init(name: String) {
        self.name = name
    }

    /// A telegram whose last line end its sender left out would wait for the next one.
    package static func withLineEnd(_ payload: [UInt8]) -> [UInt8] {
        let isWhole = payload.first == UInt8(ascii: "/") && payload.contains(UInt8(ascii: "!"))
        return isWhole && payload.last != UInt8(ascii: "\n") ? payload + Array("\r\n".utf8) : payload
    }

    package func push(_ bytes: [UInt8]) {
        if !bytes.isEmpty { chunks.append(bytes) }
    }

    /// Due at once while something waits.
    package var deadline: Int64? { chunks.isEmpty ? nil : .min }

    package func open(at now: Moment) -> OpenState { .opened("listening") }

    package func service(
        _ ready: Int16, at now: Moment, buffer: UnsafeMutableRawBufferPointer,
        deliver: (UnsafeRawBufferPointer) -> Void
    ) -> SourceEvent? {
        let pushed = chunks
        chunks = []
        for chunk in pushed { chunk.withUnsafeBytes(deliver) }
        return nil
    }

    package func close() {}
}
