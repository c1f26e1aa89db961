import FuzzSupport
import P1Parser
@testable import P1MQTTMeter

/// What must hold for the documents of any telegrams that follow one another.
struct DocumentProperties {
    private var interpreter: TelegramInterpreter
    private var arrival: Int64 = 1_800_000_000
    private var sample: Portions
    /// Of the last telegram.
    private(set) var document: CompletedDocument?

    init(_ sample: Portions) {
        self.sample = sample
        interpreter = TelegramInterpreter(Self.options)
    }

    /// Of a service: everything that compares with what came before is at work.
    private static let options: TelegramInterpreter.Options = {
        var options = TelegramInterpreter.Options()
        options.guard = GuardSettings(enabled: true)
        options.isLive = true
        options.cleansTexts = true
        return options
    }()

    /// Takes the next telegram, ten seconds after the one before.
    mutating func check(_ telegram: Telegram) {
        arrival += 10
        let (document, holds) = interpreter.complete(telegram, arrival: arrival)
        require(holds.count <= DocumentLayout.shared.places.count, "each register is held back once")
        for (code, _) in document.unknown { require(Topic.fault(in: "p1/unknown/" + code) == nil, "\(code) is a topic") }
        if sample.isOne(of: 8) { checkJSON(document, telegram) }
        self.document = document
    }

    private func checkJSON(_ document: CompletedDocument, _ telegram: Telegram) {
        do {
            // The reader is strict: it refuses what is no UTF-8, a name that occurs twice, and numbers JSON does not have.
            let tree = try JSONReader.read(document.json())
            guard case .object = tree else { return require(false, "the document is an object") }
            // The next run begins with it.
            var next = TelegramInterpreter(Self.options)
            next.recall(tree)
            _ = next.complete(telegram, arrival: arrival + 60)
        } catch {
            require(false, "the document is JSON: \(error)")
        }
    }
}
