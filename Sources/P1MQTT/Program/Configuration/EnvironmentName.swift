/// Names of environment variables: `P1MQTT_` and the path of the setting in upper snake case.
enum EnvironmentName {
    static let prefix = "P1MQTT_"
    private static let metersPrefix = "P1MQTT_METERS_"

    /// `meters[0].source.path` becomes `P1MQTT_METERS_0_SOURCE_PATH`.
    static func of(_ path: String) -> String {
        var name = prefix
        for character in path {
            switch character {
            case ".", "[": name += "_"
            case "]": break
            case let letter where letter.isUppercase: name += "_" + String(letter)
            default: name += character.uppercased()
            }
        }
        return name
    }

    /// The settings among the variables, and a report of each other name that begins like one. An empty variable counts
    /// as not set: that is how the files of containers leave one out.
    static func settings(in environment: [String: String], report: (_ name: String, _ problem: String) -> Void) -> [SettingText] {
        environment.sorted { $0.key < $1.key }.compactMap { name, text in
            guard name.hasPrefix(prefix) else { return nil }
            if let path = path(of: name) {
                return text.isEmpty ? nil : SettingText(path: path, text: text, origin: .environment(name))
            }
            report(name, "is not the name of a setting" + (closest(to: name).map { "; did you mean \($0)?" } ?? ""))
            return nil
        }
    }

    /// The path of a setting that exists; `nil` for any other name.
    static func path(of name: String) -> String? {
        guard name.hasPrefix(metersPrefix) else { return general[name] }
        let rest = name.dropFirst(metersPrefix.count).split(separator: "_", maxSplits: 1)
        guard rest.count == 2, let index = index(rest[0]), let path = ofMeters[String(rest[1])] else { return nil }
        return "meters[\(index)].\(path)"
    }

    /// The existing name that a mistyped one is nearest to.
    static func closest(to name: String) -> String? {
        let afterMeters = name.hasPrefix(metersPrefix) ? name.dropFirst(metersPrefix.count) : ""
        let meter = metersPrefix + String(afterMeters.split(separator: "_").first.flatMap(index) ?? 0) + "_"
        return Spelling.closest(to: name, among: general.keys.sorted() + ofMeters.keys.sorted().map { meter + $0 })
    }

    /// 3 of `meters[3]`.
    static func meterIndex(_ component: Substring) -> Int? {
        guard component.hasPrefix("meters["), component.hasSuffix("]") else { return nil }
        return index(component.dropFirst("meters[".count).dropLast())
    }

    private static func index(_ digits: Substring) -> Int? {
        guard let index = Int(digits), 0..<SettingsTable.maximumMeters ~= index, String(index) == digits else {
            return nil
        }
        return index
    }

    private static let general = Dictionary(
        SettingsTable.general.map { (of($0.path), $0.path) }, uniquingKeysWith: { first, _ in first })

    /// By what follows the index of the meter. Sources of different types share names.
    private static let ofMeters = Dictionary(
        SourceType.allCases.flatMap(SettingsTable.meter).map { (String(of($0.path).dropFirst(prefix.count)), $0.path) },
        uniquingKeysWith: { first, _ in first })
}
