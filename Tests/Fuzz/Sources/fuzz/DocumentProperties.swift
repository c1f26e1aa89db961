import P1Parser
@testable import P1MQTTMeter

/// What must hold for the documents of any telegrams.
struct DocumentProperties {
    private var interpreter: TelegramInterpreter
    private var arrival: Int64 = 1_800_000_000

    init() {
        var options = TelegramInterpreter.Options()
        options.guard = GuardSettings(enabled: true)
        interpreter = TelegramInterpreter(options)
    }

    /// Takes the next telegram of a stream, ten seconds after the one before.
    mutating func check(_ telegram: Telegram) {
        arrival += 10
        let (document, holds) = interpreter.complete(telegram, arrival: arrival)
        require(holds.count <= DocumentLayout.shared.places.count, "each register is held back once")
        do {
            // The reader is strict: it refuses what is no UTF-8, a name that occurs twice, and numbers JSON does not have.
            guard case .object = try JSONReader.read(document.json()) else { return require(false, "the document is an object") }
        } catch {
            require(false, "the document is JSON: \(error)")
        }
        for (code, _) in document.unknown { require(Topic.fault(in: "p1/unknown/" + code) == nil, "\(code) is a topic") }
    }
}
