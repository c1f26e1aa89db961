import ArgumentParser
import P1MQTTBroker
import P1MQTTHomeAssistant
import P1MQTTMeter

/// `p1mqtt topics`: what a telegram would lead to at a broker.
struct TopicsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topics",
        abstract: "Prints the topics, values and discovery messages that a telegram leads to, without a broker.",
        discussion: """
            Reads a capture, or standard input without one (or for -). Of several telegrams the last one's values are \
            printed. Each line is a topic, a blank and a payload, as mosquitto_sub -v prints them.
            Exit status: 0 all was good, 1 something was damaged, 2 wrong usage or a file that cannot be read.
            """)

    @Argument(help: "A capture of a P1 port.")
    var file: String = "-"

    @Flag(help: "Print the JSON Schema of the document on p1/json instead.")
    var schema = false

    @Option(help: "First levels of all topics.")
    var topicPrefix: String = MQTTSettings().topicPrefix

    @Option(help: "Language of the names in Home Assistant: en, nl, fr or de.")
    var language: Language = .en

    @Option(help: "Offset of the meter's standard time from UTC, such as +02:00; by default what is known of the meter, else +01:00.")
    var utcOffset: UTCOffset?

    @OptionGroup var keys: KeyOptions

    func validate() throws {
        let codec = SettingCodec.topic
        if codec.decode(.text(topicPrefix)) == nil { throw ValidationError("--topic-prefix must be \(codec.allowed).") }
    }

    func run() throws {
        if schema {
            StandardOutput.writeLine(DocumentSchema.json())
            return
        }
        var preview = TelegramPreview(prefix: topicPrefix, utcOffset: utcOffset?.minutes, language: language, cipher: try keys.cipher())
        try CaptureFile.read(file) { preview.feed($0) }
        for message in preview.finish() {
            StandardOutput.writeLine(Array(message.topic.utf8) + [UInt8(ascii: " ")] + message.payload)
        }
        for problem in preview.problems { StandardError.write("\(file == "-" ? "standard input" : file): \(problem)".printable) }
        if !preview.problems.isEmpty { throw ExitCode(1) }
    }
}

extension Language: ExpressibleByArgument {}
