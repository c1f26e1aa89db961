package import P1Parser

/// What the telegrams of a meter have shown of it, for `bridge/info` and `bridge/topics`.
package struct MeterIdentity: Sendable, Equatable {
    package var meterType: String?
    package var equipmentId: String?
    package var serialNumber: String?
    package var version: String?
    package var dialect: Dialect?
    /// What the dialect was recognised by.
    package var dialectEvidence: Dialect.Evidence?
    /// How its checksums are computed; `nil` while none was right.
    package var checksumVariant: ChecksumVariant?
    /// Whether its telegrams carry a checksum.
    package var hasChecksum: Bool?
    /// Whether its telegrams come encrypted, and what was found out about that; `nil` before the first one.
    package var encryption: String?
    /// The places that have had a value, in the order of the document.
    package var slots: [DocumentLayout.Slot] = []
    /// The units of those places where the meter chooses it: M-Bus readings and limits.
    package private(set) var units: [DocumentLayout.Slot: MeterUnit] = [:]
    private var isSeen: [Bool] = []

    package init(
        meterType: String? = nil, equipmentId: String? = nil, serialNumber: String? = nil, version: String? = nil, dialect: Dialect? = nil,
        dialectEvidence: Dialect.Evidence? = nil, checksumVariant: ChecksumVariant? = nil, hasChecksum: Bool? = nil,
        encryption: String? = nil, slots: [DocumentLayout.Slot] = [], units: [DocumentLayout.Slot: MeterUnit] = [:], isSeen: [Bool] = []
    ) {
        self.meterType = meterType
        self.equipmentId = equipmentId
        self.serialNumber = serialNumber
        self.version = version
        self.dialect = dialect
        self.dialectEvidence = dialectEvidence
        self.checksumVariant = checksumVariant
        self.hasChecksum = hasChecksum
        self.encryption = encryption
        self.slots = slots
        self.units = units
        self.isSeen = isSeen
    }

    package mutating func learn(from telegram: Telegram, _ document: CompletedDocument, encryption: String?) {
        if isSeen.isEmpty { isSeen = Array(repeating: false, count: document.values.count) }
        var isNew = false
        for slot in document.values.indices where document.values[slot] != nil && !isSeen[slot] {
            isSeen[slot] = true
            isNew = true
        }
        hasChecksum = telegram.frame.checksum != .absent
        self.encryption = encryption ?? "none: the telegrams begin with a /"
        // The id alone changes when a meter is replaced by another of its model.
        let id = document.text(at: Places.meter.equipmentId)
        guard isNew || telegram.meterType != meterType || id != equipmentId else { return }
        slots = isSeen.indices.filter { isSeen[$0] }
        meterType = telegram.meterType
        dialect = telegram.dialect
        dialectEvidence = telegram.dialectEvidence
        equipmentId = id
        serialNumber = document.text(at: Places.meter.serialNumber)
        version = document.text(at: Places.version)
        learnUnits(from: document)
    }

    private mutating func learnUnits(from document: CompletedDocument) {
        for slot in slots where DocumentLayout.shared.places[slot].unit == nil {
            if case .quantity(_, let unit)? = document.values[slot] { units[slot] = unit }
        }
    }
}
