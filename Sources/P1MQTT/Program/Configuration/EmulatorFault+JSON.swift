import P1MQTTEmulator
import P1MQTTMeter
import P1Parser

extension EmulatorFault {
    /// The longest script, in seconds and in telegrams: far more than anyone waits for.
    private static let longest: ClosedRange<Int64> = 0...1_000_000_000

    /// Reads an object in JSON text, as on the command line.
    init(text: String) throws(EmulatorError) {
        let tree: JSONTree
        do {
            tree = try JSONReader.read(Array(text.utf8))
        } catch {
            throw .fault(text, allowed: "a JSON object: \(error)")
        }
        try self.init(tree)
    }

    /// Reads an object of the configuration. What it does not know, it refuses.
    init(_ tree: JSONTree) throws(EmulatorError) {
        guard case .text(let name)? = tree["type"], let type = FaultType(rawValue: name) else {
            throw .fault(tree.json, allowed: "a type: \(FaultType.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        var reader = FaultReader(tree: tree, known: ["type", "at"])
        let at = try reader.integer("at", in: Self.longest)
        let kind: Kind
        switch type {
        case .bitErrors:
            kind = .bitErrors(rate: try reader.rate("rate"), seed: try reader.seed("seed"))
        case .cut:
            kind = .cut(bytes: Int(try reader.integer("bytes", in: 0...1_000_000)))
        case .silent:
            kind = .silent
        case .registerGlitch:
            kind = .registerGlitch(try reader.choice("register"), value: try reader.millionths("value"))
        case .meterSwap:
            kind = .meterSwap(registers: try reader.millionths("value", standard: 0))
        case .gasMeterSwap:
            kind = .gasMeterSwap(reading: try reader.millionths("value", standard: 0))
        case .clockJump:
            kind = .clockJump(seconds: try reader.integer("seconds", in: -1_000_000_000...1_000_000_000))
        case .clockChange:
            let season: SeasonName = try reader.choice("to")
            kind = .clockChange(to: season == .summer ? .summer : .winter)
        }
        var telegrams: Int64 = 1
        switch type {
        case .bitErrors, .cut, .silent, .registerGlitch:
            telegrams = try reader.integer("telegrams", in: 1...Self.longest.upperBound, standard: 1)
        case .meterSwap, .gasMeterSwap, .clockJump, .clockChange: break
        }
        try reader.refuseOthers()
        self.init(kind: kind, at: at, telegrams: telegrams)
    }

    /// As the configuration would say it.
    var tree: JSONTree {
        var members = [JSONMember(name: "type", value: .text(type.rawValue)), JSONMember(name: "at", value: .number("\(at)"))]
        func add(_ name: String, _ value: JSONTree) { members.append(JSONMember(name: name, value: value)) }
        func millionths(_ value: Int64) -> JSONTree { .number("\(FixedDecimal(mantissa: value, scale: 6))") }
        switch kind {
        case .bitErrors(let rate, let seed):
            add("rate", .number("\(rate)"))
            add("seed", .number("\(seed)"))
        case .cut(let bytes): add("bytes", .number("\(bytes)"))
        case .silent: break
        case .registerGlitch(let register, let value):
            add("register", .text(register.rawValue))
            add("value", millionths(value))
        case .meterSwap(let value), .gasMeterSwap(let value): add("value", millionths(value))
        case .clockJump(let seconds): add("seconds", .number("\(seconds)"))
        case .clockChange(let season):
            add("to", .text((season == .summer ? SeasonName.summer : .winter).rawValue))
        }
        if telegrams != 1 { add("telegrams", .number("\(telegrams)")) }
        return .object(members)
    }
}

/// What the clocks change to.
private enum SeasonName: String, CaseIterable {
    case summer, winter
}

/// The keys of one fault, and which of them were asked for.
private struct FaultReader {
    let tree: JSONTree
    var known: Set<String>

    mutating func integer(_ name: String, in range: ClosedRange<Int64>, standard: Int64? = nil) throws(EmulatorError) -> Int64 {
        let text = try number(name, standard.map(String.init))
        guard let value = Int64(text), range.contains(value) else {
            throw refusal("\(name) as a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    mutating func seed(_ name: String) throws(EmulatorError) -> UInt64 {
        guard let seed = UInt64(try number(name, "0")) else { throw refusal("\(name) as a whole number from 0 to \(UInt64.max)") }
        return seed
    }

    mutating func rate(_ name: String) throws(EmulatorError) -> Double {
        guard let rate = Double(try number(name, nil)), (0...1).contains(rate) else {
            throw refusal("\(name) as a number from 0 to 1, such as 0.0001")
        }
        return rate
    }

    mutating func millionths(_ name: String, standard: Int64? = nil) throws(EmulatorError) -> Int64 {
        guard let number = FixedDecimal(try number(name, standard.map(String.init))), let value = number.mantissa(atScale: 6),
            (0...99_999_000_000).contains(value)
        else { throw refusal("\(name) as a number from 0 to 99999, with at most 6 decimals") }
        return value
    }

    mutating func choice<Choice: CaseIterable & RawRepresentable>(_ name: String) throws(EmulatorError) -> Choice
    where Choice.RawValue == String {
        known.insert(name)
        guard case .text(let text)? = tree[name], let choice = Choice(rawValue: text) else {
            throw refusal("\(name): " + Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", "))
        }
        return choice
    }

    func refuseOthers() throws(EmulatorError) {
        guard case .object(let members) = tree, let other = members.first(where: { !known.contains($0.name) }) else { return }
        throw refusal("it without \(other.name), which this type does not have; it has \(known.sorted().joined(separator: ", "))")
    }

    private mutating func number(_ name: String, _ standard: String?) throws(EmulatorError) -> String {
        known.insert(name)
        if tree[name] == nil, let standard { return standard }
        guard case .number(let digits)? = tree[name] else { throw refusal("\(name) as a number") }
        return digits
    }

    private func refusal(_ allowed: String) -> EmulatorError { .fault(tree.json, allowed: allowed) }
}

extension SettingCodec where Value == [EmulatorFault] {
    /// A list of faults; in the environment as JSON text.
    static var faults: Self {
        SettingCodec(
            allowed: "a list of objects with `type` and `at`: `bitErrors` {rate, seed, telegrams}, `cut` {bytes, telegrams}, "
                + "`silent` {telegrams}, `registerGlitch` {register, value, telegrams}, `meterSwap` {value}, `gasMeterSwap` {value}, "
                + "`clockJump` {seconds}, `clockChange` {to: `summer` or `winter`}",
            readsLiterals: false
        ) { written in
            do {
                var list = written
                if case .text(let text) = written { list = try JSONReader.read(Array(text.utf8)) }
                guard case .array(let items) = list, items.count <= 1000 else { return nil }
                return try items.map { try EmulatorFault($0) }
            } catch {
                return nil
            }
        } encode: {
            .array($0.map(\.tree))
        }
    }
}
