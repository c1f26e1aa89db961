@testable import P1MQTT
@testable import P1MQTTMeter

/// The table of settings as Markdown, from the same rows that the program goes by.
enum SettingsDocumentation {
    /// One row for each setting: path, what it may be, default, environment variable, meaning.
    static var table: String {
        var lines = ["| setting | allowed | default | environment | meaning |", "| --- | --- | --- | --- | --- |"]
        for setting in DocumentedSetting.all {
            let meaning = (setting.sourceType.map { "(`\($0.rawValue)`) " } ?? "") + setting.meaning
            let cells = [
                "`\(setting.path)`", setting.allowed, setting.isRequired ? "required" : "`\(setting.standard.json)`",
                "`\(setting.environmentName)`", meaning,
            ]
            lines.append("| " + cells.joined(separator: " | ") + " |")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension DocumentedSetting {
    /// Of the first meter, if it is a meter's.
    var environmentName: String {
        EnvironmentName.of(path.hasPrefix("meters[].") ? "meters[0]." + path.dropFirst("meters[].".count) : path)
    }
}
