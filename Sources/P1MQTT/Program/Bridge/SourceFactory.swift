import P1MQTTMeter
import P1MQTTEmulator
import P1MQTTInput
import P1Parser

/// Makes the source of a meter from its settings.
enum SourceFactory {
    /// `nil` for telegrams that come over the broker: the broker's connection pushes them.
    static func make(_ meter: MeterSettings, resolver: NameResolver) -> (any ByteSource)? {
        switch meter.source {
        case .serial(let serial): SerialPort(serial)
        case .tcp(let host, let port): TCPSource(host: host, port: port, resolver: resolver)
        case .http(let http): HTTPSource(http, resolver: resolver)
        case .websocket(let url): WebSocketSource(url, resolver: resolver)
        case .file(let path): FileSource(path: path)
        case .emulator(let emulator): EmulatorSource(emulator, meterName: meter.name, cipher: meter.cipher)
        case .mqtt, .fleet: nil
        }
    }
}

extension MeterSettings {
    var isEmulated: Bool { if case .emulator = source { true } else { false } }

    /// Reads its bytes: the same for every command, so that a meter is good for all of them or for none.
    var reader: TelegramReader { TelegramReader(checksums: crc, cipher: cipher) }

    /// What is known of the meter beforehand, for its telegrams.
    func interpretation(_ all: Settings) -> TelegramInterpreter.Options {
        var options = TelegramInterpreter.Options(utcOffset: utcOffset)
        options.summerTime = summerTime
        options.clock = clock
        options.gasMeter = gasMeter
        options.isLive = true
        options.guard = all.guard
        options.minimumMonthPeak = all.publish.minimumMonthPeak
        options.cleansTexts = true
        return options
    }
}
