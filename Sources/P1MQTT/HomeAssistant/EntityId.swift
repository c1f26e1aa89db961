/// What entities are called by default in automations: in English, from the path, whatever the language of their names.
/// Home Assistant takes it when it registers an entity (2025.10 or later; older versions make one of the name).
enum EntityId {
    /// - Parameters:
    ///   - key: the component key.
    ///   - prefix: that of the device.
    static func text(_ key: String, of prefix: String) -> String {
        var levels = key.split(separator: "_")[...]
        // What the name of the device says already.
        if levels.count > 1, ["electricity", "derived"].contains(levels.first) { levels.removeFirst() }
        return prefix + "_" + snakeCase(levels.joined(separator: "_"))
    }

    /// Lower case, and `_` for anything but letters and digits.
    static func slug(_ text: String) -> String {
        String(text.lowercased().unicodeScalars.map { ("a"..."z").contains($0) || ("0"..."9").contains($0) ? Character($0) : "_" })
    }

    /// `netPower` becomes `net_power`.
    static func snakeCase(_ text: String) -> String {
        var result = ""
        var wasLower = false
        for character in text {
            let isUpper = character.isUppercase
            if isUpper, wasLower { result.append("_") }
            result += character.lowercased()
            wasLower = !isUpper && character != "_"
        }
        return result
    }
}
