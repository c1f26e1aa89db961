import P1MQTTMeter

/// A setting that the environment or a flag gives as text.
struct SettingText: Sendable, Equatable {
    /// `meters[0].source.path`
    var path: String
    var text: String
    var origin: SettingsOrigin
}

/// The configuration while file, environment and flags are put on top of each other, lowest first. It collects everything
/// that is wrong with them.
struct SettingsDraft {
    var settings = Settings()
    var meters: [MeterDraft] = []
    private(set) var problems: [SettingsProblem] = []
    /// The paths that the problems are about.
    private var badPaths: Set<String> = []
    /// Where each setting that was given got its value.
    private var origins: [String: SettingsOrigin] = [:]
    /// The file that holds each meter; `nil` for one of the environment or the flags.
    private var meterFiles: [String?] = []

    /// Where the value at a path came from; for what a meter lacks, where the meter came from; for what nobody
    /// gave, where one can.
    func origin(of path: String) -> SettingsOrigin {
        if let origin = origins[path] { return origin }
        let meter = path.split(separator: ".").first.flatMap(EnvironmentName.meterIndex)
        guard let meter, meterFiles.indices.contains(meter), let file = meterFiles[meter] else {
            return .environment(EnvironmentName.of(path))
        }
        return .file(file)
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

    /// Reads a value into the part that holds it.
    /// - Returns: whether it is allowed.
    @discardableResult
    private mutating func read<Part>(
        _ value: JSONTree, _ setting: Setting<Part>, at path: String, _ origin: SettingsOrigin, into part: inout Part
    ) -> Bool {
        if value == .null { return true }
        guard setting.read(value, &part) else {
            let problem = (setting.isSecret ? "is not valid" : "is \(value.shown)") + hint(for: value, of: setting)
            report(path, origin, problem, setting.allowed)
            return false
        }
        origins[path] = origin
        return true
    }

    private func hint<Part>(for value: JSONTree, of setting: Setting<Part>) -> String {
        if let fault = setting.fault(value) { return ": \(fault)" }
        guard case .text(let text) = value else { return "" }
        return Spelling.closest(to: text, among: setting.choices).map { "; did you mean \($0)?" } ?? ""
    }

    private mutating func reportUnknown<Part>(_ name: String, in section: Section, _ settings: [Setting<Part>], _ origin: SettingsOrigin) {
        var seen: Set<String> = []
        var known = settings.filter { $0.path.hasPrefix(section.path) }
            .compactMap { $0.path.dropFirst(section.path.count).split(separator: ".").first.map(String.init) }
            .filter { seen.insert($0).inserted }
        if section.path.isEmpty, section.meter == nil { known.append("meters") }
        let hint =
            Spelling.closest(to: name, among: known) ?? DocumentedSetting.place(ofName: name, near: section.documentedPath)
        report(
            section.fullPath(name.isPlainName ? name : JSONTree.text(name).shown), origin,
            "is not a setting" + (hint.map { "; did you mean \($0)?" } ?? ""), known.joined(separator: ", "))
    }
}

// MARK: - The configuration file

extension SettingsDraft {
    mutating func read(_ root: JSONTree, ofFile file: String) {
        guard case .object(let members) = root else {
            return report("", .file(file), "holds \(root.kind)", "an object with the settings, in { }")
        }
        var changed = settings
        // `$schema` is for the editor in which the file is written.
        read(
            members.filter { $0.name != "meters" && $0.name != "$schema" }, SettingsTable.general, in: Section(), .file(file),
            into: &changed)
        settings = changed
        switch root["meters"] {
        case nil, .null: break
        case .array(let items) where items.count <= SettingsTable.maximumMeters:
            for (index, item) in items.enumerated() { readMeter(item, index, .file(file)) }
        case .array(let items):
            report("meters", .file(file), "has \(items.count) entries", "at most \(SettingsTable.maximumMeters) meters")
        case .some(let other): report("meters", .file(file), "is \(other.kind)", "a list of meters, in [ ]")
        }
        meterFiles = meters.map { _ in file }
    }

    private mutating func readMeter(_ item: JSONTree, _ index: Int, _ origin: SettingsOrigin) {
        var meter = MeterDraft()
        let section = Section(meter: index)
        if case .object(let members) = item {
            // The type decides which keys the source has, so it comes before them, wherever it stands.
            let type = item["source"]?["type"] ?? .null
            let isTypeKnown = read(type, SettingsTable.sourceType, at: section.fullPath("source.type"), origin, into: &meter)
            let others = members.filter { isTypeKnown || $0.name != "source" }
            read(others, SettingsTable.meter(meter.source.type), in: section, origin, into: &meter)
        } else {
            report("meters[\(index)]", origin, "is \(item.kind)", "an object with the settings of a meter, in { }")
        }
        meters.append(meter)
    }

    private mutating func read<Part>(
        _ members: [JSONMember], _ settings: [Setting<Part>], in section: Section, _ origin: SettingsOrigin, into part: inout Part
    ) {
        for member in members {
            let path = section.path + member.name
            if member.name.contains(".") {
                reportUnknown(member.name, in: section, settings, origin)
            } else if let setting = settings.first(where: { $0.path == path }) {
                read(member.value, setting, at: section.fullPath(member.name), origin, into: &part)
            } else if settings.contains(where: { $0.path.hasPrefix(path + ".") }) {
                switch member.value {
                case .null: break
                case .object(let members): read(members, settings, in: section.below(member.name), origin, into: &part)
                default: report(section.fullPath(member.name), origin, "is \(member.value.kind)", "an object, in { }")
                }
            } else {
                reportUnknown(member.name, in: section, settings, origin)
            }
        }
    }
}

// MARK: - Environment and flags

extension SettingsDraft {
    /// Puts texts on top of what is there. The names of their settings exist, though not for every type of source.
    mutating func read(_ texts: [SettingText]) {
        var ofMeters: [Int: [SettingText]] = [:]
        for text in texts {
            if let meter = text.path.split(separator: ".").first.flatMap(EnvironmentName.meterIndex) {
                ofMeters[meter, default: []].append(text)
            } else if let setting = SettingsTable.general.first(where: { $0.path == text.path }) {
                var changed = settings
                read(setting.value(of: text.text), setting, at: text.path, text.origin, into: &changed)
                settings = changed
            }
        }
        guard let last = ofMeters.keys.max() else { return }
        for index in 0...last {
            if index == meters.count {
                meters.append(MeterDraft())
                meterFiles.append(nil)
                if ofMeters[index] == nil {
                    reportGiven("meters[\(index)]", "is missing, although a meter with a higher number is there")
                }
            }
            readMeter(ofMeters[index] ?? [], Section(meter: index))
        }
    }

    private mutating func readMeter(_ texts: [SettingText], _ section: Section) {
        guard let index = section.meter else { return }
        var meter = meters[index]
        let type = SettingsTable.sourceType
        let typePath = section.fullPath(type.path)
        let isTypeKnown = texts.allSatisfy { text in
            text.path != typePath || read(type.value(of: text.text), type, at: typePath, text.origin, into: &meter)
        }
        for text in texts where text.path != typePath {
            if !isTypeKnown, text.path.hasPrefix(section.fullPath("source.")) { continue }
            let settings = SettingsTable.meter(meter.source.type)
            let path = String(text.path.dropFirst(section.fullPath("").count))
            if let setting = settings.first(where: { $0.path == path }) {
                read(setting.value(of: text.text), setting, at: text.path, text.origin, into: &meter)
            } else {
                reportUnknown(path.replacing("source.", with: ""), in: section.below("source"), settings, text.origin)
            }
        }
        meters[index] = meter
    }
}

/// A part of the configuration: `mqtt.tls.`, or `source.` of a meter.
private struct Section {
    var meter: Int?
    var path = ""

    func below(_ name: String) -> Section { Section(meter: meter, path: path + name + ".") }

    /// As a person finds it: `meters[0].source.path`.
    func fullPath(_ name: String) -> String { (meter.map { "meters[\($0)]." } ?? "") + path + name }

    /// As the documentation has it: `meters[].source.`.
    var documentedPath: String { (meter == nil ? "" : "meters[].") + path }
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
}

extension String {
    /// Fit to stand in a path as it is.
    fileprivate var isPlainName: Bool {
        utf8.count <= 60 && utf8.allSatisfy { 0x21...0x7E ~= $0 && $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "\"") }
    }
}
