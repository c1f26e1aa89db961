import P1MQTTMeter

/// The topics that a JSON document stands for, by the rules of the contract.
struct DocumentLeaves {
    private(set) var leaves: [String: String] = [:]

    /// `nil` for what is no JSON object.
    init?(_ json: String) {
        guard let tree = try? JSONReader.read(Array(json.utf8)), case .object(let members) = tree else { return nil }
        for member in members { add(member.name, member.value) }
    }

    /// Paths that are held back.
    var held: Set<String> {
        Set((leaves["held"] ?? "").split(separator: "\"").map(String.init).filter { $0.contains("/") })
    }

    private mutating func add(_ path: String, _ value: JSONTree) {
        switch value {
        case .null: break
        case .text(let text): leaves[path] = text
        case .number(let digits): leaves[path] = digits
        case .bool(let flag): leaves[path] = "\(flag)"
        // Lists are a payload of their own, whose words are tested elsewhere.
        case .array: if path == "held" { leaves[path] = value.json }
        case .object(let members):
            if members.contains(where: { if case .array = $0.value { true } else { false } }) { return }
            let isMeter = members.contains { $0.name == "equipmentId" }
            for member in members {
                switch member.name {
                case "unit": break
                case "reading" where !isMeter, "value" where !isMeter: add(path, member.value)
                default: add(path + "/" + member.name, member.value)
                }
            }
        }
    }
}

/// A number with up to three decimals, exactly.
struct Thousandths {
    let value: Int64

    init?(_ text: String) {
        let parts = text.drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
        guard let whole = parts.first.flatMap({ Int64($0) }), parts.count < 3 else { return nil }
        let decimals = parts.count == 2 ? String(parts[1]) : ""
        guard decimals.count <= 3, let rest = Int64(decimals + String(repeating: "0", count: 3 - decimals.count)) else { return nil }
        value = (text.hasPrefix("-") ? -1 : 1) * (whole * 1000 + rest)
    }

    /// Seconds since 1970 of `2026-07-03T16:15:02.000Z`.
    static func seconds(_ iso: String) -> Int64? {
        let digits = iso.filter(\.isNumber)
        guard digits.count == 17 else { return nil }
        return SentTelegram.seconds(digits.dropFirst(2).prefix(12) + "U")
    }
}
