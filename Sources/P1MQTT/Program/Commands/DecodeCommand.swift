import ArgumentParser
import P1MQTTInput
import P1MQTTMeter
import P1Parser

/// `p1mqtt decode`: captures in, one JSON document for each telegram out.
struct DecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Prints the JSON document of each telegram of a capture.",
        discussion: """
            Reads files, or standard input without any (or for -). A telegram with a wrong checksum is refused and \
            reported on standard error. Encrypted telegrams are deciphered with the keys of the meter.
            Exit status: 0 all was good, 1 something was damaged, 2 wrong usage or a file that cannot be read.
            """)

    @Argument(help: "Captures of a P1 port.")
    var files: [String] = []

    @Flag(help: "Print the objects of each telegram as they were sent, also of one with a wrong checksum.")
    var objects = false

    @Option(help: "Offset of the meter's standard time from UTC, such as +02:00; by default what is known of the meter, else +01:00.")
    var utcOffset: UTCOffset?

    @OptionGroup var keys: KeyOptions

    func run() throws {
        let cipher = try keys.cipher()
        var isGood = true
        for file in files.isEmpty ? ["-"] : files {
            var decoder = CaptureDecoder(name: file, printsObjects: objects, utcOffset: utcOffset?.minutes, cipher: cipher)
            try CaptureFile.read(file) { decoder.feed($0) }
            decoder.finish()
            isGood = isGood && decoder.isGood
        }
        if !isGood { throw ExitCode(1) }
    }
}

/// An offset from UTC on the command line: `+01:00`, `-00:30`, `Z`, as in the configuration.
struct UTCOffset: ExpressibleByArgument, Equatable {
    let minutes: Int

    init?(argument: String) {
        guard let minutes = SettingCodec.utcOffset.decode(.text(argument)) else { return nil }
        self.minutes = minutes
    }
}

/// Turns the bytes of one capture into lines of output.
struct CaptureDecoder {
    let name: String
    let printsObjects: Bool
    let utcOffset: Int?
    private(set) var isGood = true
    private var framer: Framer
    private var seals: SealPolicy
    private var telegrams = 0
    private var checksums = ChecksumLock()
    /// Whether the meter sends checksums: then a telegram that was cut off cannot be trusted.
    private var hasChecksums = false
    private let printLine: ([UInt8]) -> Void
    private let complain: (String) -> Void

    /// - Parameters:
    ///   - name: the file, for messages.
    ///   - cipher: deciphers encrypted telegrams; without it each of them is an issue.
    ///   - printLine: is given each line of output.
    ///   - complain: is given each message for people.
    init(
        name: String, printsObjects: Bool, utcOffset: Int?, cipher: MeterCipher? = nil,
        printLine: @escaping ([UInt8]) -> Void = { StandardOutput.writeLine($0) },
        complain: @escaping (String) -> Void = StandardError.write
    ) {
        self.name = name == "-" ? "standard input" : name
        self.printsObjects = printsObjects
        self.utcOffset = utcOffset
        framer = Framer(cipher: cipher)
        seals = SealPolicy(hasAuthenticationKey: cipher?.hasAuthenticationKey ?? false, remedies: .options)
        self.printLine = printLine
        self.complain = complain
    }

    mutating func feed(_ bytes: [UInt8]) {
        var events: [Framer.Event] = []
        framer.feed(bytes.span) { events.append($0) }
        events.forEach { handle($0) }
    }

    mutating func finish() {
        var events: [Framer.Event] = []
        framer.finish { events.append($0) }
        events.forEach { handle($0) }
        if telegrams == 0 { report("no telegram found: a telegram starts with / at the start of a line") }
    }

    private mutating func handle(_ event: Framer.Event) {
        switch event {
        case .frame(let frame):
            telegrams += 1
            if let remarks = judge(frame) { decode(frame, remarks) }
        case .discarded(let discard):
            switch discard.reason {
            case .noise:
                return complain("\(name): \(discard.count) bytes at offset \(discard.offset) belong to no telegram")
            case .cutOff: report("telegram at offset \(discard.offset) is cut off by the next one")
            case .tooLong: report("telegram at offset \(discard.offset) is too long")
            case .sealed(let envelope, let failure):
                let remark = seals.judge(envelope, failure, count: discard.count)
                report(remark, of: envelope)
                if printsObjects { printLine(Telegram.objectsJSON(ofUnreadable: envelope, remark.reason)) }
            }
            telegrams += 1
        }
    }

    /// What there is to say of the encryption of a telegram; `nil` when it is refused for that.
    private mutating func judge(_ frame: Frame) -> [String]? {
        guard let seal = frame.seal else { return [] }
        let remarks: [SealPolicy.Remark]
        var isAccepted = true
        switch seals.judge(seal) {
        case .accept(let all): remarks = all
        case .refuse(let remark): (remarks, isAccepted) = ([remark], false)
        }
        for remark in remarks { report(remark, of: seal.envelope) }
        return isAccepted || printsObjects ? remarks.map(\.reason) : nil
    }

    private mutating func report(_ remark: SealPolicy.Remark, of envelope: Envelope) {
        let text = "encrypted telegram at offset \(envelope.offset): \(remark.reason). \(remark.remedy)"
        // A telegram that was sent twice is not a damaged one.
        if remark.fault == .oldCounter { complain("\(name): \(text)") } else { report(text) }
    }

    private mutating func decode(_ frame: Frame, _ remarks: [String]) {
        if !frame.hasEndLine, hasChecksums {
            return report("telegram at offset \(frame.offset) is cut off by the end of the capture")
        }
        let checksum = checksums.judge(frame)
        if case .valid = checksum { hasChecksums = true }
        if case .invalid(let sent, let computed) = checksum {
            let sent = sent.map { "is \(hex($0))" } ?? "is damaged"
            report("telegram at offset \(frame.offset) refused: its checksum \(sent), its bytes give \(hex(computed))")
            guard printsObjects else { return }
        }
        let telegram = Telegram(frame)
        for issue in telegram.issues {
            let line = issue.line.isEmpty ? "" : ": " + telegram.string(issue.line)
            report("line at offset \(frame.offset + issue.offset): \(issue.reason.description)\(line)")
        }
        if printsObjects {
            printLine(telegram.objectsJSON(checksum, remarks: remarks))
        } else {
            var context = Document.Context(utcOffset: utcOffset)
            printLine(Document(telegram, &context).json())
        }
    }

    private mutating func report(_ problem: String) {
        isGood = false
        complain("\(name): \(problem)")
    }

    private func hex(_ checksum: UInt16) -> String { ChecksumPolicy.hex(checksum) }
}
