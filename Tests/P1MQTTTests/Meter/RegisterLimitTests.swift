import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

@Suite("Limit of a register") struct RegisterLimitTests {
    private func fault(
        _ old: String, _ new: String, after seconds: Int64, _ unit: MeterUnit = .kWh, maximumPower: Double = 100
    ) -> RegisterHold.Reason? {
        RegisterLimit(maximumPower: maximumPower).fault(
            from: RegisterSample(value: .of(old), unit: unit, time: 1_800_000_000),
            to: RegisterSample(value: .of(new), unit: unit, time: 1_800_000_000 + seconds))
    }

    @Test("the same and what 100 kW bring, with a minute and one digit more, is possible") func possible() {
        #expect(fault("1.000", "1.000", after: 10) == nil)
        // 100 kW for 3600 + 60 s are 101.666... kWh.
        #expect(fault("0.000", "101.667", after: 3600) == nil)
        #expect(fault("0.000", "101.668", after: 3600) == .tooLarge)
        // 5 days without a telegram.
        #expect(fault("500.000", "12500.000", after: 5 * 86400) == nil)
        #expect(fault("500.000", "12502.000", after: 5 * 86400) == .tooLarge)
    }

    @Test("the digit is the coarser one of both") func digits() {
        #expect(fault("10", "12", after: 0) == nil)
        #expect(fault("10", "13", after: 0) == .tooLarge)
        #expect(fault("10", "12.666", after: 0) == nil)
        #expect(fault("10", "12.667", after: 0) == .tooLarge)
    }

    @Test("back, zero, and another unit") func wrong() {
        #expect(fault("10.000", "9.999", after: 10) == .stepBack)
        #expect(fault("10.000", "0.000", after: 10) == .zero)
        #expect(fault("0.000", "0.000", after: 10) == nil)
        #expect(fault("10.000", "-1", after: 10) == .stepBack)
        let limit = RegisterLimit(maximumPower: 100)
        let old = RegisterSample(value: FixedDecimal(mantissa: 5), unit: .m3, time: 0)
        #expect(limit.fault(from: old, to: RegisterSample(value: FixedDecimal(mantissa: 5), unit: .GJ, time: 0)) == .otherUnit)
    }

    @Test("gas and water 40 m3/h, heat as energy, all of them with maximumPower") func kinds() {
        #expect(fault("0.000", "40.667", after: 3600, .m3) == nil)
        #expect(fault("0.000", "40.669", after: 3600, .m3) == .tooLarge)
        #expect(fault("0.000", "0.367", after: 3600, .GJ) == nil)
        #expect(fault("0.000", "0.368", after: 3600, .GJ) == .tooLarge)
        #expect(fault("0.000", "406.667", after: 3600, .m3, maximumPower: 1000) == nil)
        #expect(fault("0.000", "1.000", after: 3600, maximumPower: 0.5) == .tooLarge)
    }

    @Test("a clock that was set back allows a minute; the largest numbers overflow nothing") func extremes() {
        #expect(fault("10.000", "11.667", after: -86400) == nil)
        #expect(fault("10.000", "11.668", after: -86400) == .tooLarge)
        #expect(fault("0.000000000000000000", "999999999999999999", after: .max - 1_800_000_000, maximumPower: 1_000_000) == .tooLarge)
        #expect(fault("0.000000000000000000", "0.999999999999999999", after: 1_000_000_000_000, maximumPower: 1_000_000) == nil)
    }
}
