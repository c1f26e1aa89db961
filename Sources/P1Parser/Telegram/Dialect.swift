/// The standard or national variant that a telegram follows. For display and for the few things that differ by
/// country; the parser itself does not depend on it.
public enum Dialect: String, Sendable, CaseIterable {
    /// DSMR 2.2 and 3.0 (Netherlands): no version, no time, no checksum.
    case dsmr22 = "DSMR 2.2/3.0"
    /// DSMR 4.0 to 4.2 (Netherlands).
    case dsmr4 = "DSMR 4"
    /// DSMR and ESMR 5 (Netherlands).
    case dsmr5 = "DSMR 5"
    /// eMUCS (Belgium).
    case emucs = "eMUCS"
    /// Luxembourg.
    case luxembourg = "Luxembourg"
    /// Austria.
    case austria = "Austria"
    /// Lithuania.
    case lithuania = "Lithuania"
    /// Sweden, Finland, Denmark.
    case nordic = "Nordic"
    /// Hungary.
    case hungary = "Hungary"
    /// Switzerland.
    case switzerland = "Switzerland"
    /// Germany.
    case germany = "Germany"
    /// Slovenia.
    case slovenia = "Slovenia"
    /// Poland.
    case poland = "Poland"
    /// District heating boxes in the Netherlands.
    case warmtelink = "Warmtelink"
    /// None of the above could be recognised.
    case other = "other"

    /// Minutes that the standard time of meters of this dialect is ahead of UTC.
    public var standardOffset: Int {
        self == .lithuania ? 120 : 60
    }

    /// The manufacturer or operator in the header, where it settles the dialect.
    private static let headers: [(prefix: String, dialect: Dialect)] = [
        ("/LUX5", .luxembourg), ("/EST5", .austria), ("/ELS5", .austria), ("/ESO5", .lithuania), ("/ADN9", .nordic),
        ("/KAM5", .nordic), ("/LGF5", .nordic), ("/ELL5", .nordic), ("/NES5", .nordic), ("/AUX5", .hungary),
        ("/SAG5", .hungary), ("/HLY5", .hungary), ("/WSE5", .hungary), ("/GRE5", .switzerland), ("/ESY5", .germany),
        ("/EBZ5", .germany), ("/ISK9", .slovenia), ("/EGM5", .poland), ("/AUR2NWA", .warmtelink), ("/NWA-WARMTELINK", .warmtelink),
        ("/MCS5\\@", .emucs),
    ]

    /// Recognises a dialect by the header, then by the version, then by what only one dialect leaves out.
    init(_ telegram: Telegram) {
        let header = telegram.string(telegram.header).uppercased()
        if let known = Dialect.headers.first(where: { header.hasPrefix($0.prefix) }) {
            self = known.dialect
        } else if let version = telegram.text(of: Dialect.dutchVersion) {
            self = version.hasPrefix("4") ? .dsmr4 : .dsmr5
        } else if telegram.text(of: Dialect.belgianVersion) != nil {
            self = .emucs
        } else if header.hasPrefix("/KFM5") {
            self = .nordic
        } else if telegram.has(Dialect.time) {
            self = .other
        } else {
            // Of the dialects with equipment id 96.1.1 only the oldest send no time.
            self = telegram.has(Dialect.equipmentId) || telegram.has(Dialect.gasProfile) ? .dsmr22 : .other
        }
    }

    private static let dutchVersion = OBISCode(1, 3, 0, 2, 8)
    private static let belgianVersion = OBISCode(0, 0, 96, 1, 4)
    private static let time = OBISCode(0, 0, 1, 0, 0)
    private static let equipmentId = OBISCode(0, 0, 96, 1, 1)
    private static let gasProfile = OBISCode(0, 1, 24, 3, 0)
}

extension Telegram {
    /// The dialect it follows.
    public var dialect: Dialect { Dialect(self) }

    fileprivate func has(_ code: OBISCode) -> Bool {
        objects.contains { $0.code.withoutF == code }
    }

    fileprivate func text(of code: OBISCode) -> String? {
        objects.first { $0.code.withoutF == code }.flatMap { values(of: $0).first }.map { string($0.text) }
    }
}
