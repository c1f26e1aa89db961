extension EntityNames {
    package static let energy: [Entry] = [
        ("electricity/received/tariffn", .init("Grid import %", "Afname %", "Prélèvement %", "Netzbezug %")),
        ("electricity/received/total", importTotal),
        ("electricity/received/actual", importPower),
        ("electricity/delivered/tariffn", .init("Grid export %", "Teruglevering %", "Injection %", "Einspeisung %")),
        ("electricity/delivered/total", exportTotal),
        ("electricity/delivered/actual", exportPower),
        (
            "electricity/reactive/received/total",
            .init("Reactive import total", "Blindenergie afname totaal", "Énergie réactive prélevée totale", "Blindenergie Bezug gesamt")
        ),
        (
            "electricity/reactive/received/tariffn",
            .init("Reactive import %", "Blindenergie afname %", "Énergie réactive prélevée %", "Blindenergie Bezug %")
        ),
        (
            "electricity/reactive/delivered/total",
            .init(
                "Reactive export total", "Blindenergie teruglevering totaal", "Énergie réactive injectée totale",
                "Blindenergie Einspeisung gesamt")
        ),
        (
            "electricity/reactive/delivered/tariffn",
            .init("Reactive export %", "Blindenergie teruglevering %", "Énergie réactive injectée %", "Blindenergie Einspeisung %")
        ),
        (
            "electricity/reactive/quadrantn",
            .init("Reactive energy quadrant %", "Blindenergie kwadrant %", "Énergie réactive quadrant %", "Blindenergie Quadrant %")
        ),
        (
            "electricity/absoluteTotal",
            .init(
                "Import and export total", "Afname en teruglevering totaal", "Prélèvement et injection total",
                "Bezug und Einspeisung gesamt")
        ),
        ("derived/received/total", importTotal),
        ("derived/delivered/total", exportTotal),
    ]

    static let power: [Entry] = [
        ("derived/received/actual", importPower),
        ("derived/delivered/actual", exportPower),
        ("derived/netPower/total", .init("Net power", "Nettovermogen", "Puissance nette", "Nettoleistung")),
        ("derived/netPower/Ln", .init("Net power %", "Nettovermogen %", "Puissance nette %", "Nettoleistung %")),
        ("derived/current/Ln", .init("Signed current %", "Stroom met teken %", "Courant signé %", "Strom mit Vorzeichen %")),
        ("electricity/instantaneous/current/Ln", .init("Current %", "Stroom %", "Courant %", "Strom %")),
        (
            "electricity/instantaneous/current/any",
            .init("Current any phase", "Stroom enige fase", "Courant d'une phase", "Strom einer Phase")
        ),
        ("electricity/instantaneous/current/sum", .init("Current total", "Stroom totaal", "Courant total", "Strom gesamt")),
        (
            "electricity/instantaneous/current/neutral",
            .init("Current neutral", "Stroom nulleider", "Courant du neutre", "Strom Neutralleiter")
        ),
        ("electricity/instantaneous/voltage/Ln", .init("Voltage %", "Spanning %", "Tension %", "Spannung %")),
        (
            "electricity/instantaneous/voltage/any",
            .init("Highest voltage", "Hoogste spanning", "Tension la plus élevée", "Höchste Spannung")
        ),
        (
            "electricity/instantaneous/power/positive/Ln",
            .init("Grid import power %", "Vermogen afname %", "Puissance prélevée %", "Bezugsleistung %")
        ),
        (
            "electricity/instantaneous/power/negative/Ln",
            .init("Grid export power %", "Vermogen teruglevering %", "Puissance injectée %", "Einspeiseleistung %")
        ),
        (
            "electricity/instantaneous/power/net",
            .init("Signed power", "Vermogen met teken", "Puissance signée", "Leistung mit Vorzeichen")
        ),
        (
            "electricity/instantaneous/power/net/Ln",
            .init("Signed power %", "Vermogen met teken %", "Puissance signée %", "Leistung mit Vorzeichen %")
        ),
        (
            "electricity/instantaneous/power/absolute",
            .init(
                "Import plus export power", "Vermogen afname plus teruglevering", "Puissance prélevée plus injectée",
                "Bezug plus Einspeisung")
        ),
        (
            "electricity/instantaneous/reactivePower/positive/total",
            .init("Reactive import power", "Blindvermogen afname", "Puissance réactive prélevée", "Blindleistung Bezug")
        ),
        (
            "electricity/instantaneous/reactivePower/positive/Ln",
            .init("Reactive import power %", "Blindvermogen afname %", "Puissance réactive prélevée %", "Blindleistung Bezug %")
        ),
        (
            "electricity/instantaneous/reactivePower/negative/total",
            .init("Reactive export power", "Blindvermogen teruglevering", "Puissance réactive injectée", "Blindleistung Einspeisung")
        ),
        (
            "electricity/instantaneous/reactivePower/negative/Ln",
            .init(
                "Reactive export power %", "Blindvermogen teruglevering %", "Puissance réactive injectée %", "Blindleistung Einspeisung %")
        ),
        (
            "electricity/instantaneous/reactivePower/quadrantn",
            .init("Reactive power quadrant %", "Blindvermogen kwadrant %", "Puissance réactive quadrant %", "Blindleistung Quadrant %")
        ),
        (
            "electricity/instantaneous/apparentPower/positive/total",
            .init("Apparent import power", "Schijnbaar vermogen afname", "Puissance apparente prélevée", "Scheinleistung Bezug")
        ),
        (
            "electricity/instantaneous/apparentPower/positive/Ln",
            .init("Apparent import power %", "Schijnbaar vermogen afname %", "Puissance apparente prélevée %", "Scheinleistung Bezug %")
        ),
        (
            "electricity/instantaneous/apparentPower/negative/total",
            .init(
                "Apparent export power", "Schijnbaar vermogen teruglevering", "Puissance apparente injectée", "Scheinleistung Einspeisung")
        ),
        (
            "electricity/instantaneous/apparentPower/negative/Ln",
            .init(
                "Apparent export power %", "Schijnbaar vermogen teruglevering %", "Puissance apparente injectée %",
                "Scheinleistung Einspeisung %")
        ),
        ("electricity/instantaneous/powerFactor/total", .init("Power factor", "Arbeidsfactor", "Facteur de puissance", "Leistungsfaktor")),
        (
            "electricity/instantaneous/powerFactor/Ln",
            .init("Power factor %", "Arbeidsfactor %", "Facteur de puissance %", "Leistungsfaktor %")
        ),
        (
            "electricity/powerFactor/minimum",
            .init("Lowest power factor", "Laagste arbeidsfactor", "Facteur de puissance minimal", "Niedrigster Leistungsfaktor")
        ),
        ("electricity/instantaneous/frequency", .init("Frequency", "Frequentie", "Fréquence", "Frequenz")),
        ("electricity/averageCurrent/Ln", .init("Average current %", "Gemiddelde stroom %", "Courant moyen %", "Mittlerer Strom %")),
        ("electricity/averageVoltage/Ln", .init("Average voltage %", "Gemiddelde spanning %", "Tension moyenne %", "Mittlere Spannung %")),
        (
            "electricity/averagePower/import",
            .init("Average import power", "Gemiddeld vermogen afname", "Puissance moyenne prélevée", "Mittlere Bezugsleistung")
        ),
        (
            "electricity/averagePower/net",
            .init("Average net power", "Gemiddeld nettovermogen", "Puissance moyenne nette", "Mittlere Nettoleistung")
        ),
        (
            "electricity/averagePower/absolute",
            .init(
                "Average import plus export power", "Gemiddeld vermogen afname plus teruglevering",
                "Puissance moyenne prélevée plus injectée", "Mittlere Leistung Bezug plus Einspeisung")
        ),
        (
            "electricity/transformer/currentRatio",
            .init(
                "Current transformer ratio", "Verhouding stroomtransformator", "Rapport du transformateur de courant", "Stromwandlerfaktor")
        ),
        (
            "electricity/transformer/voltageRatio",
            .init(
                "Voltage transformer ratio", "Verhouding spanningstransformator", "Rapport du transformateur de tension",
                "Spannungswandlerfaktor")
        ),
    ]

    private static let importTotal = LocalizedText("Grid import total", "Afname totaal", "Prélèvement total", "Netzbezug gesamt")
    private static let exportTotal = LocalizedText("Grid export total", "Teruglevering totaal", "Injection totale", "Einspeisung gesamt")
    private static let importPower = LocalizedText("Grid import power", "Vermogen afname", "Puissance prélevée", "Bezugsleistung")
    private static let exportPower = LocalizedText("Grid export power", "Vermogen teruglevering", "Puissance injectée", "Einspeiseleistung")
}
