extension Catalogue {
    /// Rows for averages over the demand period, for capacity tariffs.
    static let demand: [CatalogueRow] = [
        .init(
            "1-0:1.4.0", "electricity/demand/positiveActiveDemand/currentDemandPeriod", .power,
            "Average of the running demand period, taken from the grid"),
        .init(
            "1-0:1.6.0", "electricity/demand/positiveActiveDemand/maximumDemand", .peak,
            "Highest average of this month, taken from the grid"),
        .init(
            "1-0:1.5.0", "electricity/demand/positiveActiveDemand/lastPeriod", .power,
            "Average of the last demand period, taken from the grid"),
        .init(
            "1-0:2.4.0", "electricity/demand/negativeActiveDemand/currentDemandPeriod", .power,
            "Average of the running demand period, fed into the grid"),
        .init(
            "1-0:2.6.0", "electricity/demand/negativeActiveDemand/maximumDemand", .peak, "Highest average of this month, fed into the grid"),
        .init(
            "1-0:2.5.0", "electricity/demand/negativeActiveDemand/lastPeriod", .power,
            "Average of the last demand period, fed into the grid"),
        .init("0-0:98.1.0", "electricity/demand/maximumDemandLastMonths", .peakHistory, "Highest average of each past month"),
        .init("0-0:98.1.1", "electricity/monthEnd", .monthEnd, "Registers at the end of past months"),
        .init("1-0:99.1.0", "electricity/loadProfile", .loadProfile, "Energy of past periods (Israel)"),
        .init(
            "1-0:3.4.0", "electricity/demand/reactive/positive/current", .reactivePower,
            "Running average of reactive power taken from the grid"),
        .init(
            "1-0:3.5.0", "electricity/demand/reactive/positive/lastPeriod", .reactivePower,
            "Last average of reactive power taken from the grid"),
        .init(
            "1-0:4.4.0", "electricity/demand/reactive/negative/current", .reactivePower,
            "Running average of reactive power fed into the grid"),
        .init(
            "1-0:4.5.0", "electricity/demand/reactive/negative/lastPeriod", .reactivePower,
            "Last average of reactive power fed into the grid"),
        .init(
            "1-0:9.4.0", "electricity/demand/apparent/positive/current", .apparentPower,
            "Running average of apparent power taken from the grid"),
        .init(
            "1-0:9.5.0", "electricity/demand/apparent/positive/lastPeriod", .apparentPower,
            "Last average of apparent power taken from the grid"),
        .init(
            "1-0:10.4.0", "electricity/demand/apparent/negative/current", .apparentPower,
            "Running average of apparent power fed into the grid"),
        .init(
            "1-0:10.5.0", "electricity/demand/apparent/negative/lastPeriod", .apparentPower,
            "Last average of apparent power fed into the grid"),
        .init("1-0:0.8.2", "electricity/demand/period", .duration, "Length of the demand period"),
    ]
}
