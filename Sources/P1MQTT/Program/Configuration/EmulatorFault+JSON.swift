import P1MQTTEmulator
import P1MQTTMeter

extension EmulatorFault {
    /// What kinds of fault are called.
    enum TypeName: String, CaseIterable {
        case bitErrors, cut, silent, registerGlitch, meterSwap, gasMeterSwap, clockJump, clockChange
    }

    /// The longest script, in seconds and in telegrams: far more than anyone waits for.
    private static let longest: Int64 = 1_000_000_000
    private static let registers = SettingCodec<Int64>.millionths(0...99_999, unit: "kWh or m3")

    /// Reads an object in JSON text, as on the command line.
    init(text: String) throws(UnusableFault) {
        let tree: JSONTree
        do {
            tree = try JSONReader.read(Array(text.utf8))
        } catch {
            throw UnusableFault(json: text, allowed: "a JSON object: \(error)")
        }
        try self.init(tree)
    }

    /// Reads an object of the configuration. What it does not know, it refuses.
    init(_ tree: JSONTree) throws(UnusableFault) {
        var members = FaultMembers(tree: tree)
        let type: TypeName = try members.value("type", .choice)
        let kind: Kind
        switch type {
        case .bitErrors:
            kind = .bitErrors(
                rate: try members.value("rate", .number(0...1, unit: "(a probability)")),
                seed: try members.value("seed", .integer(0...UInt64.max), standard: 0))
        case .cut: kind = .cut(bytes: try members.value("bytes", .integer(0...1_000_000)))
        case .silent: kind = .silent
        case .registerGlitch:
            kind = .registerGlitch(try members.value("register", .choice), value: try members.value("value", Self.registers))
        case .meterSwap: kind = .meterSwap(registers: try members.value("value", Self.registers, standard: 0))
        case .gasMeterSwap: kind = .gasMeterSwap(reading: try members.value("value", Self.registers, standard: 0))
        case .clockJump: kind = .clockJump(seconds: try members.value("seconds", .integer(-Self.longest...Self.longest)))
        case .clockChange: kind = .clockChange(to: try members.value("to", .choice))
        }
        let at: Int64 = try members.value("at", .integer(0...Self.longest))
        var telegrams: Int64 = 1
        switch type {
        case .bitErrors, .cut, .silent, .registerGlitch:
            telegrams = try members.value("telegrams", .integer(1...Self.longest), standard: 1)
        case .meterSwap, .gasMeterSwap, .clockJump, .clockChange: break
        }
        try members.refuseOthers()
        self.init(kind: kind, at: at, telegrams: telegrams)
    }
}

/// Why a fault cannot be rehearsed, and what can.
struct UnusableFault: Error, Equatable, CustomStringConvertible {
    var json: String
    var allowed: String

    var description: String { "the fault \(json) cannot be used; give \(allowed)" }
}

/// The members of one fault, and which of them were asked for.
private struct FaultMembers {
    let tree: JSONTree
    private var known: Set<String> = []

    init(tree: JSONTree) { self.tree = tree }

    mutating func value<Value>(
        _ name: String, _ codec: SettingCodec<Value>, standard: Value? = nil
    ) throws(UnusableFault) -> Value {
        known.insert(name)
        let written = tree[name]
        if written == nil, let standard { return standard }
        guard let value = written.flatMap(codec.decode) else {
            throw UnusableFault(json: tree.json, allowed: "\(name) as \(codec.allowed)")
        }
        return value
    }

    func refuseOthers() throws(UnusableFault) {
        guard case .object(let members) = tree, let other = members.first(where: { !known.contains($0.name) }) else { return }
        throw UnusableFault(
            json: tree.json,
            allowed: "it without \(other.name), which this type does not have; it has \(known.sorted().joined(separator: ", "))")
    }
}

extension SettingCodec where Value == [EmulatorFault] {
    /// A list of faults; in the environment as JSON text.
    static var faults: Self {
        SettingCodec(
            allowed: "a list of objects with `type` and `at`: `bitErrors` {rate, seed, telegrams}, `cut` {bytes, telegrams}, "
                + "`silent` {telegrams}, `registerGlitch` {register, value, telegrams}, `meterSwap` {value}, `gasMeterSwap` {value}, "
                + "`clockJump` {seconds}, `clockChange` {to: `summer` or `winter`}",
            readsLiterals: false, fault: { wrong(in: $0) },
            schema: .members([
                "type": .text("array"),
                "items": .members(["type": .text("object"), "required": .array([.text("type"), .text("at")])]),
            ])
        ) {
            try? items($0)?.map { try EmulatorFault($0) }
        } encode: {
            $0.isEmpty ? .array([]) : .text("(faults)")
        }
    }

    /// At most a thousand; `nil` for anything but a list, or a text that holds one.
    private static func items(_ written: JSONTree) -> [JSONTree]? {
        var list = written
        if case .text(let text) = written { list = (try? JSONReader.read(Array(text.utf8))) ?? .null }
        guard case .array(let items) = list, items.count <= 1000 else { return nil }
        return items
    }

    /// The first fault that cannot be used, by its place in the list.
    private static func wrong(in written: JSONTree) -> String? {
        for (index, item) in (items(written) ?? []).enumerated() {
            do throws(UnusableFault) { _ = try EmulatorFault(item) } catch { return "in [\(index)], \(error)" }
        }
        return nil
    }
}
