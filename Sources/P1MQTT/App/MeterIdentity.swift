import P1Parser

/// What the telegrams of a meter have shown of it, for `bridge/info` and `bridge/topics`.
struct MeterIdentity: Sendable, Equatable {
    var meterType: String?
    var equipmentId: String?
    var serialNumber: String?
    var version: String?
    var dialect: Dialect?
    /// Whether its telegrams carry a checksum.
    var hasChecksum: Bool?
    /// The places that have had a value, in the order of the document.
    var slots: [DocumentLayout.Slot] = []
    private var isSeen: [Bool] = []

    mutating func learn(from telegram: Telegram, _ document: Document) {
        if isSeen.isEmpty { isSeen = Array(repeating: false, count: document.values.count) }
        var isNew = false
        for (slot, value) in document.values.enumerated() where value != nil && !isSeen[slot] {
            isSeen[slot] = true
            isNew = true
        }
        hasChecksum = telegram.frame.checksum != .absent
        guard isNew || telegram.meterType != meterType else { return }
        slots = isSeen.indices.filter { isSeen[$0] }
        meterType = telegram.meterType
        dialect = telegram.dialect
        equipmentId = text("equipmentId", document)
        serialNumber = text("serialNumber", document)
        version = text("version", document)
    }

    private func text(_ path: String, _ document: Document) -> String? {
        if case .text(let text)? = document.values[DocumentLayout.shared.slot(path)] { return text }
        return nil
    }
}
