import P1MQTTEmulator
import P1MQTTMeter

extension SettingCodec where Value == HouseholdSettings? {
    /// `false`, `true`, or an object with what differs from `true`; in the environment the object as JSON text.
    static var household: Self {
        SettingCodec(
            allowed: "true, false, or an object with `solar` (\(solar.allowed); 0 for none) and `gas` (true or false)",
            fault: { fault(in: $0) },
            schema: .members([
                "anyOf": .array([
                    .schema("boolean"),
                    .members([
                        "type": .text("object"), "properties": .members(["solar": solar.schema, "gas": .schema("boolean")]),
                        "additionalProperties": .bool(false),
                    ]),
                ])
            ])
        ) {
            switch object($0) {
            case .bool(let flag): .some(flag ? HouseholdSettings() : nil)
            case .object(let members): read(members).map(Optional.some)
            default: nil
            }
        } encode: { household in
            guard let household else { return .bool(false) }
            if household == HouseholdSettings() { return .bool(true) }
            return .object([
                JSONMember(name: "solar", value: solar.encode(household.solar)),
                JSONMember(name: "gas", value: .bool(household.gas)),
            ])
        }
    }

    private static var solar: SettingCodec<Int64> { .millionths(HouseholdSettings.solarPeaks, unit: "kWp") }

    /// What a text of the environment holds.
    private static func object(_ written: JSONTree) -> JSONTree {
        guard case .text(let text) = written else { return written }
        do {
            return try JSONReader.read(Array(text.utf8))
        } catch {
            return .null
        }
    }

    private static func read(_ members: [JSONMember]) -> HouseholdSettings? {
        var household = HouseholdSettings()
        for member in members {
            switch (member.name, member.value) {
            case (_, .null): continue
            case ("solar", let value):
                guard let peak = solar.decode(value) else { return nil }
                household.solar = peak
            case ("gas", .bool(let flag)): household.gas = flag
            default: return nil
            }
        }
        return household
    }

    /// The first member that is not as it should be.
    private static func fault(in written: JSONTree) -> String? {
        guard case .object(let members) = object(written) else { return nil }
        return members.first { read([$0]) == nil }.map { "\($0.name) is \($0.value.shown)" }
    }
}
