import P1MQTTEmulator
import P1MQTTInput

/// Makes the source of a meter from its settings.
enum SourceFactory {
    /// `nil` for telegrams that come over the broker: whoever holds the connection pushes them.
    static func make(_ meter: MeterSettings, resolver: NameResolver) -> (any ByteSource)? {
        switch meter.source {
        case .serial(let serial): SerialPort(serial)
        case .tcp(let host, let port): TCPSource(host: host, port: port, resolver: resolver)
        case .file(let path): FileSource(path: path)
        case .emulator(let emulator): EmulatorSource(emulator, meterName: meter.name, cipher: meter.cipher)
        case .mqtt: nil
        }
    }
}
