/// The keys that every document has, `null` where the meter does not send them: those of node-p1-reader.
enum PermanentKeys {
    /// Paths of the electricity meter's values.
    static let meter: Set<String> = [
        "meterType", "electricity/demand/positiveActiveDemand/currentDemandPeriod",
        "electricity/demand/positiveActiveDemand/maximumDemand", "electricity/demand/negativeActiveDemand/currentDemandPeriod",
        "electricity/demand/negativeActiveDemand/maximumDemand", "electricity/demand/maximumDemandLastMonths",
        "electricity/received/tariff1", "electricity/received/tariff2", "electricity/received/actual", "electricity/delivered/tariff1",
        "electricity/delivered/tariff2", "electricity/delivered/actual", "version", "timestamp", "equipmentId", "textMessage/codes",
        "textMessage/message", "electricity/instantaneous/current/L1", "electricity/instantaneous/current/L2",
        "electricity/instantaneous/current/L3", "electricity/instantaneous/voltage/L1", "electricity/instantaneous/voltage/L2",
        "electricity/instantaneous/voltage/L3", "electricity/instantaneous/power/positive/L1",
        "electricity/instantaneous/power/positive/L2", "electricity/instantaneous/power/positive/L3",
        "electricity/instantaneous/power/negative/L1", "electricity/instantaneous/power/negative/L2",
        "electricity/instantaneous/power/negative/L3", "electricity/tariffIndicator", "electricity/threshold",
        "electricity/fuseThreshold", "electricity/switchPosition", "electricity/numberOfPowerFailures",
        "electricity/numberOfLongPowerFailures", "electricity/longPowerFailureLog", "electricity/voltageSags/L1",
        "electricity/voltageSags/L2", "electricity/voltageSags/L3", "electricity/voltageSwell/L1", "electricity/voltageSwell/L2",
        "electricity/voltageSwell/L3",
    ]

    /// Keys within the object of a meter on the M-Bus, where that is there.
    static let mbus: Set<String> = [
        "deviceType", "equipmentId", "reading", "valvePosition", "timestamp",
    ]
}
