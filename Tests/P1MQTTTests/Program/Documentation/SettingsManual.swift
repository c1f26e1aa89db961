@testable import P1MQTT
@testable import P1MQTTMeter

/// p1mqtt.json(5), from the rows that the program goes by.
enum SettingsManual {
    /// A whole configuration: what most people need.
    static let example = """
        {
            "mqtt": {
                "host": "192.168.1.10",
                "username": "p1mqtt",
                "password": "..."
            },
            "meters": [
                {"source": {"type": "serial", "path": "/dev/serial/by-id/*"}}
            ]
        }
        """

    static func page() -> String {
        var page = ManualPage("p1mqtt.json", section: 5, purpose: "configuration of p1mqtt")
        page.section("Description")
        page.paragraphs(
            """
            One file of JSON: the one that `--config` names, else `./config.json`, else `/etc/p1mqtt/config.json`. It is checked \
            strictly: an unknown key or a wrong type is refused with its path and what is allowed, all problems at once. `null` stands \
            for the default. `p1mqtt check` tells what is wrong, `p1mqtt check --connect` also tries the broker and the meters.
            A flag goes before an environment variable, that before the file, and that before the default. A variable is named \
            `P1MQTT_` and the path of the setting in upper snake case; `0` is the first meter.
            The service of the Debian package reads `/etc/p1mqtt/config.json` as the user p1mqtt: with owner root, group p1mqtt and mode \
            0640 it may hold passwords.
            """)
        page.section("Example")
        page.example(example)
        page.section("Settings")
        var section = ""
        for setting in DocumentedSetting.all {
            let title = title(of: setting)
            if title != section { page.subsection(title) }
            section = title
            let standard = setting.isRequired ? "Required." : "Default: `\(setting.standard.json)`."
            page.item(setting.path, [setting.meaning, "\(standard) Allowed: \(setting.allowed).", "`\(setting.environmentName)`"])
        }
        page.section("See also")
        page.paragraphs("`p1mqtt`(1), `mosquitto.conf`(5)")
        return page.text
    }

    private static func title(of setting: DocumentedSetting) -> String {
        if let type = setting.sourceType { return "Source of type \(type.rawValue)" }
        switch setting.path.prefix(while: { $0 != "." && $0 != "[" }) {
        case "mqtt": return "Broker"
        case "meters": return "Meter"
        case let section: return String(section)
        }
    }
}
