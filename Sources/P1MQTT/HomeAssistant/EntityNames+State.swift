import P1MQTTMeter

extension EntityNames {
    package static let state: [Entry] = [
        ("electricity/tariffIndicator", .init("Tariff", "Tarief", "Tarif", "Tarif")),
        ("electricity/threshold", .init("Power limit", "Vermogensgrens", "Limite de puissance", "Leistungsgrenze")),
        ("electricity/fuseThreshold", .init("Fuse limit", "Zekeringsgrens", "Limite du fusible", "Sicherungsgrenze")),
        (
            "electricity/fuseThresholdExport",
            .init("Export fuse limit", "Zekeringsgrens teruglevering", "Limite du fusible à l'injection", "Sicherungsgrenze Einspeisung")
        ),
        ("electricity/fuseThreshold/Ln", .init("Fuse limit %", "Zekeringsgrens %", "Limite du fusible %", "Sicherungsgrenze %")),
        ("electricity/switchPosition", .init("Breaker", "Schakelaar", "Disjoncteur", "Trennschalter")),
        ("electricity/relay/n", .init("Relay %", "Relais %", "Relais %", "Relais %")),
        (
            "electricity/numberOfPowerFailures",
            .init("Power failures", "Stroomonderbrekingen", "Coupures de courant", "Stromausfälle")
        ),
        (
            "electricity/numberOfLongPowerFailures",
            .init("Long power failures", "Lange stroomonderbrekingen", "Longues coupures de courant", "Lange Stromausfälle")
        ),
        ("electricity/voltageSags/Ln", .init("Voltage sags %", "Spanningsdalingen %", "Creux de tension %", "Spannungseinbrüche %")),
        (
            "electricity/voltageSwell/Ln",
            .init("Voltage swells %", "Spanningsstijgingen %", "Surtensions %", "Spannungsüberhöhungen %")
        ),
        ("electricity/gridVoltage", .init("Nominal voltage", "Nominale spanning", "Tension nominale", "Nennspannung")),
        (
            "electricity/sagDuration/Ln",
            .init("Last sag duration %", "Duur laatste daling %", "Durée du dernier creux %", "Dauer letzter Einbruch %")
        ),
        (
            "electricity/sagMagnitude/Ln",
            .init("Last sag voltage %", "Spanning laatste daling %", "Tension du dernier creux %", "Spannung letzter Einbruch %")
        ),
        (
            "electricity/swellDuration/Ln",
            .init("Last swell duration %", "Duur laatste stijging %", "Durée de la dernière surtension %", "Dauer letzte Überhöhung %")
        ),
        (
            "electricity/swellMagnitude/Ln",
            .init(
                "Last swell voltage %", "Spanning laatste stijging %", "Valeur de la dernière surtension %", "Spannung letzte Überhöhung %")
        ),
    ]

    static let demand: [Entry] = [
        (
            positiveDemand + "currentDemandPeriod",
            .init("Quarter-hour average", "Kwartiergemiddelde", "Moyenne quart-horaire", "Viertelstundenmittel")
        ),
        (positiveDemand + "maximumDemand", .init("Month peak", "Maandpiek", "Pointe du mois", "Monatsspitze")),
        (
            positiveDemand + "maximumDemand/timestamp",
            .init("Time of month peak", "Tijdstip maandpiek", "Heure de la pointe du mois", "Zeitpunkt der Monatsspitze")
        ),
        (
            positiveDemand + "lastPeriod",
            .init("Last quarter-hour average", "Vorig kwartiergemiddelde", "Dernière moyenne quart-horaire", "Letztes Viertelstundenmittel")
        ),
        (
            negativeDemand + "currentDemandPeriod",
            .init(
                "Export quarter-hour average", "Kwartiergemiddelde teruglevering", "Moyenne quart-horaire d'injection",
                "Viertelstundenmittel Einspeisung")
        ),
        (
            negativeDemand + "maximumDemand",
            .init("Export month peak", "Maandpiek teruglevering", "Pointe d'injection du mois", "Monatsspitze Einspeisung")
        ),
        (
            negativeDemand + "maximumDemand/timestamp",
            .init(
                "Time of export month peak", "Tijdstip maandpiek teruglevering", "Heure de la pointe d'injection du mois",
                "Zeitpunkt der Monatsspitze Einspeisung")
        ),
        (
            negativeDemand + "lastPeriod",
            .init(
                "Last export quarter-hour average", "Vorig kwartiergemiddelde teruglevering", "Dernière moyenne quart-horaire d'injection",
                "Letztes Viertelstundenmittel Einspeisung")
        ),
        (
            "electricity/demand/reactive/positive/current",
            .init(
                "Reactive import average", "Gemiddeld blindvermogen afname", "Moyenne réactive prélevée", "Blindleistungsmittel Bezug")
        ),
        (
            "electricity/demand/reactive/positive/lastPeriod",
            .init(
                "Last reactive import average", "Vorig gemiddeld blindvermogen afname", "Dernière moyenne réactive prélevée",
                "Letztes Blindleistungsmittel Bezug")
        ),
        (
            "electricity/demand/reactive/negative/current",
            .init(
                "Reactive export average", "Gemiddeld blindvermogen teruglevering", "Moyenne réactive injectée",
                "Blindleistungsmittel Einspeisung")
        ),
        (
            "electricity/demand/reactive/negative/lastPeriod",
            .init(
                "Last reactive export average", "Vorig gemiddeld blindvermogen teruglevering", "Dernière moyenne réactive injectée",
                "Letztes Blindleistungsmittel Einspeisung")
        ),
        (
            "electricity/demand/apparent/positive/current",
            .init(
                "Apparent import average", "Gemiddeld schijnbaar vermogen afname", "Moyenne apparente prélevée",
                "Scheinleistungsmittel Bezug")
        ),
        (
            "electricity/demand/apparent/positive/lastPeriod",
            .init(
                "Last apparent import average", "Vorig gemiddeld schijnbaar vermogen afname", "Dernière moyenne apparente prélevée",
                "Letztes Scheinleistungsmittel Bezug")
        ),
        (
            "electricity/demand/apparent/negative/current",
            .init(
                "Apparent export average", "Gemiddeld schijnbaar vermogen teruglevering", "Moyenne apparente injectée",
                "Scheinleistungsmittel Einspeisung")
        ),
        (
            "electricity/demand/apparent/negative/lastPeriod",
            .init(
                "Last apparent export average", "Vorig gemiddeld schijnbaar vermogen teruglevering", "Dernière moyenne apparente injectée",
                "Letztes Scheinleistungsmittel Einspeisung")
        ),
        (
            DerivedValue.demandForecast.rawValue,
            .init("Quarter-hour forecast", "Kwartierverwachting", "Prévision quart-horaire", "Viertelstundenprognose")
        ),
        (
            DerivedValue.demandHeadroom.rawValue,
            .init("Headroom to month peak", "Ruimte tot maandpiek", "Marge jusqu'à la pointe du mois", "Abstand zur Monatsspitze")
        ),
        (
            DerivedValue.demandAverage12.rawValue,
            .init("Average month peak", "Gemiddelde maandpiek", "Moyenne des pointes mensuelles", "Mittlere Monatsspitze")
        ),
        ("electricity/demand/period", .init("Demand period", "Meetperiode", "Période de mesure", "Messperiode")),
    ]

    private static let positiveDemand = "electricity/demand/positiveActiveDemand/"
    private static let negativeDemand = "electricity/demand/negativeActiveDemand/"
}
