import P1MQTTMeter

/// Reads layers of settings, lowest first, and collects everything that is wrong with them.
struct SettingsReader {
    var settings = Settings()
    var meters: [MeterDraft] = []
    private(set) var problems: [SettingsProblem] = []
    /// The paths that the problems are about.
    private var badPaths: Set<String> = []
    /// Where each setting that was given got its value.
    private var origins: [String: SettingsOrigin] = [:]
    /// The layer that brought each meter.
    private var creators: [SettingsLayer] = []

    /// Puts a layer on top of those before it.
    mutating func read(_ layer: SettingsLayer) {
        guard case .object(let members) = layer.root else {
            report("", layer.origin(""), "holds \(layer.root.kind)", "an object with the settings, in { }")
            return
        }
        var changed = settings
        read(members.filter { $0.name != "meters" }, in: Place(layer), SettingsTable.general, into: &changed)
        settings = changed
        switch layer.root["meters"] {
        case nil, .null: break
        case .array(let items) where items.count <= SettingsTable.maximumMeters: readMeters(items, layer)
        case .array(let items):
            report(
                "meters", layer.origin("meters"), "has \(items.count) entries",
                "at most \(SettingsTable.maximumMeters) meters")
        case .some(let other): report("meters", layer.origin("meters"), "is \(other.kind)", "a list of meters, in [ ]")
        }
    }

    /// Where the value at a path came from; for what a meter lacks, where the meter came from; for what nobody
    /// gave, where one can.
    func origin(of path: String) -> SettingsOrigin {
        if let origin = origins[path] { return origin }
        guard let meter = path.split(separator: ".").first.flatMap(EnvironmentName.meterIndex),
            creators.indices.contains(meter)
        else { return .environment(EnvironmentName.of(path)) }
        return creators[meter].origin(path)
    }

    /// Whether someone set it, be it to its default.
    func isGiven(_ path: String) -> Bool {
        origins[path] != nil
    }

    func hasProblem(at path: String) -> Bool {
        badPaths.contains(path)
    }

    mutating func report(_ path: String, _ origin: SettingsOrigin, _ problem: String, _ allowed: String? = nil) {
        problems.append(SettingsProblem(path: path, origin: origin, problem: problem, allowed: allowed))
        badPaths.insert(path)
    }

    /// A problem with something that was given, or with a part of a meter that was.
    mutating func reportGiven(_ path: String, _ problem: String, _ allowed: String? = nil) {
        report(path, origin(of: path), problem, allowed)
    }

    /// Higher for a layer that overrides another.
    func rank(_ path: String) -> Int {
        switch origin(of: path) {
        case .file: 1
        case .environment: 2
        case .flag: 3
        }
    }

    private mutating func readMeters(_ items: [JSONTree], _ layer: SettingsLayer) {
        for (index, item) in items.enumerated() {
            let place = Place(layer, meter: index)
            if layer.isText, item == .null, index < meters.count { continue }
            if index == meters.count {
                meters.append(MeterDraft())
                creators.append(layer)
            }
            guard case .object(let members) = item else {
                let problem = layer.isText ? "is missing, although a meter with a higher number is there" : nil
                report(
                    "meters[\(index)]", layer.origin("meters[\(index)]"), problem ?? "is \(item.kind)",
                    layer.isText ? nil : "an object with the settings of a meter, in { }")
                continue
            }
            var meter = meters[index]
            // The type decides which keys the source has, so it comes before them, wherever it stands.
            var isTypeKnown = true
            if let type = item["source"]?["type"] {
                isTypeKnown = read(type, SettingsTable.sourceType, at: place, into: &meter)
            }
            let others = members.filter { isTypeKnown || $0.name != "source" }
            read(others, in: place, SettingsTable.meter(meter.source.type), into: &meter)
            meters[index] = meter
        }
    }

    private mutating func read<Part>(
        _ members: [JSONMember], in place: Place, _ rows: [Setting<Part>], below section: String = "",
        into part: inout Part
    ) {
        for member in members {
            let path = section + member.name
            if member.name.contains(".") {
                reportUnknown(member.name, in: place, rows, below: section)
            } else if let row = rows.first(where: { $0.path == path }) {
                read(member.value, row, at: place, into: &part)
            } else if rows.contains(where: { $0.path.hasPrefix(path + ".") }) {
                switch member.value {
                case .null: break
                case .object(let members): read(members, in: place, rows, below: path + ".", into: &part)
                default:
                    let whole = place.path(path)
                    report(whole, place.layer.origin(whole), "is \(member.value.kind)", "an object, in { }")
                }
            } else {
                reportUnknown(member.name, in: place, rows, below: section)
            }
        }
    }

    @discardableResult
    private mutating func read<Part>(
        _ written: JSONTree, _ row: Setting<Part>, at place: Place, into part: inout Part
    ) -> Bool {
        if written == .null { return true }
        let path = place.path(row.path)
        let origin = place.layer.origin(path)
        let value = place.layer.isText && row.readsLiterals ? written.literal : written
        guard row.read(value, &part) else {
            report(path, origin, row.isSecret ? "is not valid" : "is \(value.shown)\(hint(for: value, among: row.choices))", row.allowed)
            return false
        }
        origins[path] = origin
        return true
    }

    private func hint(for value: JSONTree, among choices: [String]) -> String {
        guard case .text(let text) = value, let closest = Spelling.closest(to: text, among: choices) else { return "" }
        return "; did you mean \(closest)?"
    }

    private mutating func reportUnknown<Part>(
        _ name: String, in place: Place, _ rows: [Setting<Part>], below section: String
    ) {
        var known = rows.filter { $0.path.hasPrefix(section) }
            .compactMap { $0.path.dropFirst(section.count).split(separator: ".").first.map(String.init) }
        if section.isEmpty, place.meter == nil { known.append("meters") }
        var seen: Set<String> = []
        known = known.filter { seen.insert($0).inserted }
        let path = place.path(section) + (name.isPlainName ? name : JSONTree.text(name).shown)
        let hint =
            Spelling.closest(to: name, among: known)
            ?? SettingsDocumentation.place(ofName: name, near: place.documentedPath(section))
        report(
            path, place.layer.origin(path),
            "is not a setting" + (hint.map { "; did you mean \($0)?" } ?? ""), known.joined(separator: ", "))
    }
}

/// The part of a layer that is being read.
private struct Place {
    let layer: SettingsLayer
    let meter: Int?

    init(_ layer: SettingsLayer, meter: Int? = nil) {
        self.layer = layer
        self.meter = meter
    }

    /// As a person finds it: `meters[0].source.path`.
    func path(_ path: String) -> String {
        meter.map { "meters[\($0)].\(path)" } ?? path
    }

    /// As the documentation has it: `meters[].source.path`.
    func documentedPath(_ path: String) -> String {
        meter == nil ? path : "meters[].\(path)"
    }
}

extension JSONTree {
    /// What it is, without what it holds.
    fileprivate var kind: String {
        switch self {
        case .null: "null"
        case .bool: json
        case .number: "a number"
        case .text: "text"
        case .array: "a list"
        case .object: "an object"
        }
    }

    /// Text that reads as a number, `true` or `false` as what it reads as.
    var literal: JSONTree {
        guard case .text(let text) = self, let value = try? JSONReader.read(Array(text.utf8)) else { return self }
        switch value {
        case .number, .bool: return value
        default: return self
        }
    }
}

extension String {
    /// Fit to stand in a path as it is.
    fileprivate var isPlainName: Bool {
        utf8.count <= 60 && utf8.allSatisfy { 0x21...0x7E ~= $0 && $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "\"") }
    }
}
