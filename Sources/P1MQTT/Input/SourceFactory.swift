/// Makes the sources that need nothing but their settings.
enum SourceFactory {
    /// `nil` for the kinds that are fed from inside the program, by the broker or the emulator.
    static func make(_ settings: SourceSettings, resolver: NameResolver) -> (any ByteSource)? {
        switch settings {
        case .serial(let serial): SerialPort(serial)
        case .tcp(let host, let port): TCPSource(host: host, port: port, resolver: resolver)
        case .file(let path): FileSource(path: path)
        case .mqtt, .emulator: nil
        }
    }
}
