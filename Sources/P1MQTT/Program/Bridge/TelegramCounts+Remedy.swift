import P1MQTTMeter

extension TelegramCounts.Fault {
    /// What a person can do about it.
    var remedy: String {
        switch self {
        case .wrongChecksum, .cutOff, .tooLong, .wrongTag, .damagedSeal, .implausible:
            "The telegram is dropped. If this happens often, check the cable and that nobody else reads the same port."
        case .missingChecksum:
            "The telegram is dropped. If this meter really sends no checksum, set \"crc\" of the meter to \"off\"."
        case .damagedLine:
            "The line is left out, the rest of the telegram is used. If the meter always sends it so, please report it."
        case .noise:
            "Bytes outside telegrams are skipped."
        case .noKey, .wrongKey, .wrongAuthenticationKey, .uncheckedTag, .oldCounter:
            "See the section on encrypted meters in docs/meters.md."
        case .binaryDLMS:
            "Ask the grid operator to set the port to the ASCII profile (P1, DSMR)."
        case .stranger:
            "It is not used. If this happens often, the telegrams of two meters come from this source: each needs a source of its own."
        case .heldRegister:
            "If the meter is right, nothing needs to be done."
        }
    }
}

extension RegisterHold {
    /// What a person can do about it: the limit is the reason only for what grew too fast.
    var remedy: String {
        let remedy = TelegramCounts.Fault.heldRegister.remedy
        return reason == .tooLarge ? "\(remedy) If this happens often and it is right, raise guard.maximumPower." : remedy
    }
}
