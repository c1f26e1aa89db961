/// The standard or national variant that a telegram follows. For display and for the few things that differ by
/// country; of the parser itself only the codes of M-Bus channels in Iceland depend on it.
public enum Dialect: String, Sendable, CaseIterable, Codable {
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
    /// Iceland: heating by hot water.
    case iceland = "Iceland"
    /// District heating boxes in the Netherlands.
    case warmtelink = "Warmtelink"
    /// None of the above could be recognised.
    case other = "other"

    /// Minutes that the standard time of meters of this dialect is ahead of UTC.
    public var standardOffset: Int {
        switch self {
        case .lithuania: 120
        case .iceland: 0
        default: 60
        }
    }

    /// Whether a time without a flag follows summer time.
    public var summerTime: SummerTime { self == .iceland ? .never : .eu }

    /// The manufacturer or operator in the header, where it settles the dialect.
    private static let headers: [(prefix: String, dialect: Dialect)] = [
        ("/LUX5", .luxembourg), ("/EST5", .austria), ("/ELS5", .austria), ("/ESO5", .lithuania), ("/ADN9", .nordic),
        ("/KAM5", .nordic), ("/LGF5", .nordic), ("/ELL5", .nordic), ("/NES5", .nordic), ("/AUX5", .hungary),
        ("/SAG5", .hungary), ("/HLY5", .hungary), ("/WSE5", .hungary), ("/GRE5", .switzerland), ("/ESY5", .germany),
        ("/EBZ5", .germany), ("/ISK9", .slovenia), ("/EGM5", .poland), ("/AUR2NWA", .warmtelink), ("/NWA-WARMTELINK", .warmtelink),
        ("/MCS5\\@", .emucs), ("/ISK5\\2MIE", .emucs), ("/ISK5=2MIE", .emucs), ("/SIB5", .emucs), ("/FLU5", .emucs),
        ("/LG_E660_FLUVIUS", .emucs),
    ]

    /// What a dialect was recognised by.
    public enum Evidence: Sendable, Hashable {
        /// The header begins with this.
        case header(String)
        /// This code is there; with the version, where it states one.
        case code(OBISCode, version: String?)
        /// This code is there, and no telegram of this age has a version or a time.
        case noTime(OBISCode)
        /// A header that several countries have, and no version.
        case noVersion(header: String)
        /// Nothing settles it.
        case nothing
    }

    /// Recognises a dialect by the header, then by the version, then by what only one dialect leaves out.
    static func recognise(_ telegram: Telegram) -> (dialect: Dialect, evidence: Evidence) {
        if telegram.isIcelandic { return (.iceland, .code(Telegram.clockDate, version: nil)) }
        if let known = headers.first(where: { telegram.headerBegins(with: $0.prefix) }) {
            return (known.dialect, .header(known.prefix))
        }
        if let version = telegram.text(of: dutchVersion) {
            return (version.hasPrefix("4") ? .dsmr4 : .dsmr5, .code(dutchVersion, version: version))
        }
        if let version = telegram.text(of: belgianVersion) { return (.emucs, .code(belgianVersion, version: version)) }
        if telegram.headerBegins(with: "/KFM5") { return (.nordic, .noVersion(header: "/KFM5")) }
        if telegram.has(time) { return (.other, .nothing) }
        if telegram.has(Telegram.clockDate) { return (.germany, .code(Telegram.clockDate, version: nil)) }
        // Of the dialects with equipment id 96.1.1 only the oldest send no time.
        if let sign = [equipmentId, gasProfile].first(where: telegram.has) { return (.dsmr22, .noTime(sign)) }
        return (.other, .nothing)
    }

    private static let dutchVersion = OBISCode(1, 3, 0, 2, 8)
    private static let belgianVersion = OBISCode(0, 0, 96, 1, 4)
    private static let time = OBISCode(0, 0, 1, 0, 0)
    private static let equipmentId = OBISCode(0, 0, 96, 1, 1)
    private static let gasProfile = OBISCode(0, 1, 24, 3, 0)
}

extension Dialect.Evidence: CustomStringConvertible {
    /// The evidence in words.
    public var description: String {
        switch self {
        case .header(let prefix): "header begins with \(prefix)"
        case .code(let code, let version?): "\(code) states version \(version)"
        case .code(let code, nil): "\(code) is there"
        case .noTime(let code): "\(code) is there, no version and no time"
        case .noVersion(let header): "header begins with \(header), no version"
        case .nothing: "no known header, no version"
        }
    }
}

extension Dialect {
    /// Whether a telegram with these lines is from Iceland: the meters that Wallonia has too, with date and time of day on
    /// lines of their own instead of the time of the telegram, and without a version.
    static func isIcelandic(_ header: TextRange, _ objects: [DataObject], in text: [UInt8]) -> Bool {
        guard text.begins(at: header, with: "/ISK5\\2MIE") || text.begins(at: header, with: "/ISK5=2MIE") else { return false }
        func has(_ code: OBISCode) -> Bool { objects.contains { $0.code.withoutF == code } }
        return has(Telegram.clockDate) && !has(time) && !has(belgianVersion)
    }
}

extension Telegram {
    /// The dialect it follows.
    public var dialect: Dialect { Dialect.recognise(self).dialect }

    /// What `dialect` was recognised by.
    public var dialectEvidence: Dialect.Evidence { Dialect.recognise(self).evidence }

    /// Whether the header begins with this; `prefix` is in capitals, the header may be of either case.
    func headerBegins(with prefix: String) -> Bool {
        text.begins(at: header, with: prefix)
    }

    fileprivate func has(_ code: OBISCode) -> Bool {
        objects.contains { $0.code.withoutF == code }
    }

    fileprivate func text(of code: OBISCode) -> String? {
        objects.first { $0.code.withoutF == code }.flatMap { values(of: $0).first }.map { string($0.text) }
    }
}

extension [UInt8] {
    /// Whether the header at `header` begins with this; `prefix` is in capitals, the header may be of either case.
    fileprivate func begins(at header: TextRange, with prefix: String) -> Bool {
        guard prefix.utf8.count <= header.count else { return false }
        var index = Int(header.start)
        for byte in prefix.utf8 {
            let upper = self[index] &- UInt8(ascii: "a") < 26 ? self[index] & 0xDF : self[index]
            if upper != byte { return false }
            index += 1
        }
        return true
    }
}
