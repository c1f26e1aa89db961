import P1MQTTMeter

/// A flag of the command line that sets a setting.
struct SettingsFlag: Sendable, Equatable {
    /// `--host`
    var name: String
    var path: String
    var text: String
}

/// One of the places that settings come from, in the shape of the configuration file.
struct SettingsLayer: Sendable {
    var root: JSONTree
    /// Values are text whatever they stand for, as in the environment.
    var isText: Bool
    /// Where a person finds the setting of this path.
    var origin: @Sendable (_ path: String) -> SettingsOrigin

    static func file(_ root: JSONTree, path file: String) -> SettingsLayer {
        SettingsLayer(root: root, isText: false) { _ in .file(file) }
    }

    static func flags(_ given: [SettingsFlag]) -> SettingsLayer {
        let names = Dictionary(given.map { ($0.path, $0.name) }, uniquingKeysWith: { first, _ in first })
        return SettingsLayer(root: tree(given.map { ($0.path, $0.text) }), isText: true) { path in
            .flag(names[path] ?? "the command line")
        }
    }

    /// The variables that begin with `P1MQTT_`. An empty one counts as not set: that is how the files of containers
    /// leave one out.
    static func environment(_ environment: [String: String]) -> (layer: SettingsLayer, problems: [SettingsProblem]) {
        var given: [(path: String, text: String)] = []
        var problems: [SettingsProblem] = []
        for (name, text) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix(EnvironmentName.prefix) {
            if let path = EnvironmentName.path(of: name) {
                if !text.isEmpty { given.append((path, text)) }
            } else {
                let hint = EnvironmentName.closest(to: name).map { "; did you mean \($0)?" } ?? ""
                problems.append(
                    SettingsProblem(
                        path: "", origin: .environment(name), problem: "is not the name of a setting\(hint)"))
            }
        }
        return (SettingsLayer(root: tree(given), isText: true) { .environment(EnvironmentName.of($0)) }, problems)
    }

    /// Texts at paths such as `meters[0].source.path` as one tree. Gaps in the list of meters are `null`.
    private static func tree(_ given: [(path: String, text: String)]) -> JSONTree {
        var general: [(names: ArraySlice<Substring>, text: String)] = []
        var meters: [[(names: ArraySlice<Substring>, text: String)]] = []
        for (path, text) in given {
            let names = path.split(separator: ".")
            if let index = EnvironmentName.meterIndex(names[0]) {
                while meters.count <= index { meters.append([]) }
                meters[index].append((names.dropFirst(), text))
            } else {
                general.append((names[...], text))
            }
        }
        guard case .object(var members) = nested(general) else { return .null }
        if !meters.isEmpty {
            let items = meters.map { $0.isEmpty ? JSONTree.null : nested($0) }
            members.append(JSONMember(name: "meters", value: .array(items)))
        }
        return .object(members)
    }

    private static func nested(_ given: [(names: ArraySlice<Substring>, text: String)]) -> JSONTree {
        var members: [JSONMember] = []
        for name in given.compactMap(\.names.first) where !members.contains(where: { $0.name == name }) {
            let below = given.filter { $0.names.first == name }.map { (names: $0.names.dropFirst(), text: $0.text) }
            let leaf = below.first { $0.names.isEmpty }
            members.append(JSONMember(name: String(name), value: leaf.map { .text($0.text) } ?? nested(below)))
        }
        return .object(members)
    }
}
