import P1Parser

/// What must hold for the document of any telegram.
enum DocumentProperties {
    static func check(_ telegram: Telegram, _ context: inout Document.Context) {
        let document = Document(telegram, &context)
        do {
            // The reader is strict: it refuses what is no UTF-8, a name that occurs twice, and numbers JSON does not have.
            guard case .object = try JSONReader.read(document.json()) else { return require(false, "the document is an object") }
        } catch {
            require(false, "the document is JSON: \(error)")
        }
        for (code, _) in document.unknown { require(Topic.fault(in: "p1/unknown/" + code) == nil, "\(code) is a topic") }
    }
}
