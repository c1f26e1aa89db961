import FuzzSupport
import P1Parser

/// What must hold for a telegram of any bytes.
enum TelegramProperties {
    /// - Parameter isClose: whether it is looked at more closely, which takes longer than to parse it.
    static func check(_ telegram: Telegram, isClose: Bool) {
        let end = telegram.text.count
        func isInside(_ range: TextRange) -> Bool { range.range.upperBound <= end }
        require(isInside(telegram.header), "the header is in the text")
        for object in telegram.objects {
            require(isInside(object.codeText), "a code is in the text")
            require(object.values.upperBound <= telegram.values.count, "the groups of an object are there")
        }
        for value in telegram.values { require(isInside(value.text) && value.unit.map(isInside) ?? true, "a group is in the text") }
        for issue in telegram.issues { require(isInside(issue.line), "an issue is in the text") }
        for reading in telegram.readings {
            _ = telegram.failureLog(of: reading)
            _ = telegram.peakHistory(of: reading)
            _ = telegram.profile(of: reading)
        }
        if isClose { checkClosely(telegram) }
    }

    private static func checkClosely(_ telegram: Telegram) {
        _ = telegram.meterType
        _ = telegram.dialect
        _ = telegram.mbusDevices
        for object in telegram.objects {
            require(OBISCode(telegram.string(object.codeText)) == object.code, "the text of a code is that code")
            for value in telegram.values(of: object) { _ = telegram.string(value.text) + (value.unit.map(telegram.string) ?? "") }
        }
        for issue in telegram.issues { _ = telegram.string(issue.line) + issue.reason.description }
        for reading in telegram.readings {
            if case .text(let range) = reading.value { _ = telegram.decodingHex(range) + (telegram.serialNumber(range) ?? "") }
        }
        checkRoundTrip(telegram)
    }

    /// Numbers and times leave with the digits they came with: what the writer makes of a reading is that reading again.
    private static func checkRoundTrip(_ telegram: Telegram) {
        var writer = TelegramWriter(header: "FUZZ")
        var written: [Reading] = []
        for reading in telegram.readings where isExact(reading.value) {
            writer.line(of: reading, in: telegram)
            written.append(reading)
        }
        var framer = Framer()
        framer.feed(writer.finish(withChecksum: true).span) { event in
            guard case .frame(let frame) = event, case .valid = frame.checksum else { return require(false, "the writer writes a frame") }
            let again = Telegram(frame)
            require(again.issues.isEmpty, "what the writer writes has no issues: \(again.issues)")
            // As text, for equal numbers may be written with other decimals.
            require(again.readings.map { "\($0.value)" } == written.map { "\($0.value)" }, "the writer is the inverse of the parser")
            require(again.readings.map(\.channel) == written.map(\.channel), "channels are kept")
        }
    }

    private static func isExact(_ value: Reading.Value) -> Bool {
        switch value {
        case .number, .timed, .time: true
        case .text, .list: false
        }
    }
}
