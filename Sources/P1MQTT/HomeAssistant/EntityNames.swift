import P1MQTTMeter
import P1Parser

/// What entities are called: one table from the place of a value to its name. A place without a name gets no entity.
///
/// In the paths `Ln` stands for a phase, `n` for a number; `%` in a name is where it goes.
/// A name does not repeat that of its device: Home Assistant puts that in front.
enum EntityNames {
    static let byPattern: [String: LocalizedText] = Dictionary(
        uniqueKeysWithValues: (general + energy + power + state + demand + mbus + flows).map { ($0.0, $0.1) })

    typealias Entry = (String, LocalizedText)

    /// What `mbus/1/` to `mbus/4/` are called in the table.
    static let mbusPattern = "mbus/n/"

    /// The name of the entity of a place, or `nil` when it has none.
    static func name(ofPath path: String) -> EntityName? {
        let (pattern, part) = pattern(of: path)
        return byPattern[pattern].map { EntityName(text: $0, part: part) }
    }

    /// A path as the table writes it, and what was replaced.
    static func pattern(of path: String) -> (pattern: String, part: EntityName.Part?) {
        let count = path.utf8.reversed().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
        // Nearly all paths stand in the table as they are, and each start asks for all of them.
        guard count > 0 || path.hasPrefix("mbus/") else { return (path, nil) }
        var levels = path.levels.map(String.init)
        if levels.count == 3, levels[0] == "mbus" { levels[1] = "n" }
        guard let last = levels.popLast() else { return (path, nil) }
        func pattern(_ level: String) -> String { (levels + [level]).joined(separator: "/") }
        let digits = String(last.suffix(count))
        switch last.dropLast(digits.count) {
        case "L" where !digits.isEmpty: return (pattern("Ln"), .phase(last))
        case "tariff" where !digits.isEmpty: return (pattern("tariffn"), .tariff(digits))
        case "quadrant" where !digits.isEmpty, "" where !digits.isEmpty:
            return (pattern(last.dropLast(digits.count) + "n"), .number(digits))
        default: return (pattern(last), nil)
        }
    }

    static let tariffWord = EntityName(text: .init("Tariff in words", "Tarief in woorden", "Tarif en mots", "Tarif in Worten"), part: nil)

    static let general: [Entry] = [
        ("version", .init("Protocol version", "Protocolversie", "Version du protocole", "Protokollversion")),
        ("timestamp", .init("Last telegram", "Laatste telegram", "Dernier télégramme", "Letztes Telegramm")),
        ("textMessage/codes", .init("Message code", "Berichtcode", "Code du message", "Meldungscode")),
        ("textMessage/message", .init("Message", "Bericht", "Message", "Meldung")),
        ("textMessage/extra/n", .init("Message %", "Bericht %", "Message %", "Meldung %")),
        (
            "logicalDeviceName",
            .init("Logical device name", "Logische apparaatnaam", "Nom logique de l'appareil", "Logischer Gerätename")
        ),
        ("ean", .init("EAN code", "EAN-code", "Code EAN", "EAN-Code")),
        ("firmware/version", .init("Firmware version", "Firmwareversie", "Version du micrologiciel", "Firmware-Version")),
        (
            "firmware/moduleVersion",
            .init("Module firmware version", "Firmwareversie module", "Version du micrologiciel du module", "Firmware-Version des Moduls")
        ),
        (
            "firmware/checksum",
            .init("Firmware checksum", "Controlegetal firmware", "Somme de contrôle du micrologiciel", "Firmware-Prüfsumme")
        ),
        (
            "firmware/moduleChecksum",
            .init(
                "Module firmware checksum", "Controlegetal firmware module", "Somme de contrôle du micrologiciel du module",
                "Firmware-Prüfsumme des Moduls")
        ),
        ("errorRegister", .init("Error register", "Foutregister", "Registre d'erreurs", "Fehlerregister")),
        ("status", .init("Status word", "Statuswoord", "Mot d'état", "Statuswort")),
        ("operatingTime", .init("Operating time", "Bedrijfstijd", "Durée de fonctionnement", "Betriebszeit")),
    ]

    static let mbus: [Entry] = [
        (mbusPattern + "reading", .init("Reading", "Meterstand", "Index", "Zählerstand")),
        (mbusPattern + "timestamp", .init("Time of reading", "Tijdstip meterstand", "Heure du relevé", "Zeitpunkt der Ablesung")),
        (mbusPattern + "valvePosition", .init("Valve", "Afsluiter", "Vanne", "Ventil")),
        (mbusPattern + "flow", flow),
        (
            mbusPattern + "supplyTemperature",
            .init("Supply temperature", "Aanvoertemperatuur", "Température de départ", "Vorlauftemperatur")
        ),
        (
            mbusPattern + "returnTemperature",
            .init("Return temperature", "Retourtemperatuur", "Température de retour", "Rücklauftemperatur")
        ),
        (mbusPattern + "energy", .init("Energy", "Energie", "Énergie", "Energie")),
        (mbusPattern + "ean", .init("EAN code", "EAN-code", "Code EAN", "EAN-Code")),
    ]

    static let flows: [Entry] = DerivedValue.flows.map { ($0.value.rawValue, flow) }

    private static let flow = LocalizedText("Flow", "Debiet", "Débit", "Durchfluss")
}

/// A name and what goes into it.
struct EntityName: Sendable, Equatable {
    let text: LocalizedText
    let part: Part?

    enum Part: Sendable, Equatable {
        /// A phase, such as `L1`.
        case phase(String)
        case tariff(String)
        case number(String)
    }

    func text(_ language: Language, _ country: Country) -> String {
        let inserted =
            switch part {
            case .phase(let phase): phase
            case .number(let number): number
            case .tariff(let number): country.tariff(number)[language]
            case nil: ""
            }
        return country.localized(text[language], language).replacing("%", with: inserted)
    }
}
