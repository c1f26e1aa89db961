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
    private(set) var isGood = true
    private var reader: TelegramReader
    private var interpreter: TelegramInterpreter
    private var telegrams = 0
    /// What there is to say of the encryption of the next telegram.
    private var remarks: [String] = []
    private var hasReportedDLMS = false
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
        interpreter = TelegramInterpreter(.init(utcOffset: utcOffset))
        reader = TelegramReader(cipher: cipher)
        self.printLine = printLine
        self.complain = complain
    }

    mutating func feed(_ bytes: [UInt8]) {
        var events: [TelegramReader.Event] = []
        reader.feed(bytes.span) { events.append($0) }
        events.forEach { handle($0) }
    }

    mutating func finish() {
        var events: [TelegramReader.Event] = []
        reader.finish { events.append($0) }
        events.forEach { handle($0) }
        if telegrams == 0 { report("no telegram found: a telegram starts with / at the start of a line") }
    }

    private mutating func handle(_ event: TelegramReader.Event) {
        switch event {
        case .telegram(let telegram):
            telegrams += 1
            report(telegram.issues, of: telegram)
            if printsObjects {
                printLine(telegram.objectsJSON(remarks: remarks))
            } else {
                printLine(interpreter.complete(telegram, arrival: nil).document.json())
            }
            remarks = []
        case .rejected(let rejection):
            telegrams += 1
            if !rejection.isBinaryDLMS || !hasReportedDLMS { report("at offset \(rejection.offset): \(rejection.advice(.options))") }
            hasReportedDLMS = hasReportedDLMS || rejection.isBinaryDLMS
            if printsObjects { printObjects(of: rejection) }
            remarks = []
        case .remark(let remark, let envelope):
            let text = "at offset \(envelope.offset): \(remark.advice(.options))"
            // A telegram that was sent twice is not a damaged one.
            if case .oldCounter = remark { complain("\(name): \(text)") } else { report(text) }
            remarks.append(remark.description)
        case .skipped(let offset, let count):
            complain("\(name): \(count) bytes at offset \(offset) belong to no telegram")
        }
    }

    /// A telegram that is whole is printed and marked, an encrypted one that cannot be read is an issue and nothing else.
    private mutating func printObjects(of rejection: TelegramReader.Rejection) {
        if let frame = rejection.frame {
            let telegram = Telegram(frame)
            report(telegram.issues, of: telegram)
            // That its checksum is wrong the verdict says.
            if case .wrongChecksum = rejection.reason {} else { remarks.append(rejection.description) }
            printLine(telegram.objectsJSON(remarks: remarks))
        } else if case .sealed(let envelope, _) = rejection.reason {
            printLine(Telegram.objectsJSON(ofUnreadable: envelope, rejection.description))
        }
    }

    private mutating func report(_ issues: [TelegramIssue], of telegram: Telegram) {
        for issue in issues {
            let line = issue.line.isEmpty ? "" : ": " + telegram.string(issue.line)
            report("line at offset \(telegram.frame.offset + issue.offset): \(issue.reason.description)\(line)")
        }
    }

    private mutating func report(_ problem: String) {
        isGood = false
        complain("\(name): \(problem)")
    }
}
