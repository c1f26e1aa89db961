import P1Parser

/// What the telegrams of a meter have shown of it, for `bridge/info` and `bridge/topics`.
struct MeterIdentity: Sendable, Equatable {
    var meterType: String?
    var equipmentId: String?
    var serialNumber: String?
    var version: String?
    var dialect: Dialect?
    /// What the dialect was recognised by.
    var dialectEvidence: Dialect.Evidence?
    /// How its checksums are computed; `nil` while none was right.
    var checksumVariant: ChecksumVariant?
    /// Whether its telegrams carry a checksum.
    var hasChecksum: Bool?
    /// Whether its telegrams come encrypted, and what was found out about that; `nil` before the first one.
    var encryption: String?
    /// The places that have had a value, in the order of the document.
    var slots: [DocumentLayout.Slot] = []
    /// The units of those places where the meter chooses it: M-Bus readings and limits.
    private(set) var units: [DocumentLayout.Slot: MeterUnit] = [:]
    private var isSeen: [Bool] = []

    mutating func learn(from telegram: Telegram, _ document: Document) {
        if isSeen.isEmpty { isSeen = Array(repeating: false, count: document.values.count) }
        var isNew = false
        for (slot, value) in document.values.enumerated() where value != nil && !isSeen[slot] {
            isSeen[slot] = true
            isNew = true
        }
        hasChecksum = telegram.frame.checksum != .absent
        learnEncryption(telegram.frame.seal)
        // The id alone changes when a meter is replaced by another of its model.
        let id = Self.text(Self.equipmentId, document)
        guard isNew || telegram.meterType != meterType || id != equipmentId else { return }
        slots = isSeen.indices.filter { isSeen[$0] }
        meterType = telegram.meterType
        dialect = telegram.dialect
        dialectEvidence = telegram.dialectEvidence
        equipmentId = id
        serialNumber = Self.text(Self.serialNumber, document)
        version = Self.text(Self.version, document)
        learnUnits(from: document)
    }

    /// Takes what was derived after the telegram was learned from.
    mutating func learn(_ slot: DocumentLayout.Slot, in document: Document) {
        guard document.values[slot] != nil, !isSeen.isEmpty, !isSeen[slot] else { return }
        isSeen[slot] = true
        slots = isSeen.indices.filter { isSeen[$0] }
    }

    private mutating func learnEncryption(_ seal: Frame.Seal?) {
        encryption = seal?.evidence ?? "none: the telegrams begin with a /"
    }

    private mutating func learnUnits(from document: Document) {
        for slot in slots where DocumentLayout.shared.places[slot].unit == nil {
            if case .quantity(_, let unit)? = document.values[slot] { units[slot] = unit }
        }
    }

    private static func text(_ slot: DocumentLayout.Slot, _ document: Document) -> String? {
        if case .text(let text)? = document.values[slot] { return text }
        return nil
    }

    private static let equipmentId = DocumentLayout.shared.slot("equipmentId")
    private static let serialNumber = DocumentLayout.shared.slot("serialNumber")
    private static let version = DocumentLayout.shared.slot("version")
}
