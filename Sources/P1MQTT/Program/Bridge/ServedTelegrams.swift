import Logging
import P1MQTTInput

/// The telegrams of one meter on a TCP port, for programs that need the same ones (`meters[].serve`).
struct ServedTelegrams {
    /// Programs of one house.
    static let maximumReaders = 16
    /// Descriptors that it needs at most: the port, the readers, and what waits for both.
    static let descriptors = maximumReaders + 2

    let port: ListeningPort<TelegramPort>

    /// `nil` where no port is set.
    /// - Parameter logger: with the name of the meter.
    init?(_ settings: ServeSettings, logger: Logger) {
        guard let number = settings.port else { return nil }
        let host = settings.address
        port = ListeningPort("telegrams", on: PortAddress(host: host, port: number), logger: logger) { _ throws(OutputError) in
            try TelegramPort(host: host, port: number, maximumReaders: Self.maximumReaders)
        }
    }

    /// Where it listens; `nil` while it does not.
    var address: String? { port.service.map { _ in port.address.description } }
    /// How many are connected.
    var readers: Int { port.service?.readerCount ?? 0 }
    /// Readers that were too slow, or one too many.
    var dropped: Int { port.service?.dropped ?? 0 }

    func send(_ telegram: [UInt8]) { port.service?.send(telegram) }
}
