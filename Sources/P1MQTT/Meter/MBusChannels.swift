import P1Parser

/// Which meter is on each channel of the M-Bus. One telegram changes nothing: what another meter sends is left out until
/// three telegrams in a row that have a meter there have it, for until then its channel has the topics, the device and the
/// registers of the one before.
struct MBusChannels: Sendable {
    /// Telegrams in a row that must agree on another meter; one in a capture, where each stands for itself.
    let telegrams: Int
    /// By channel; empty for a meter without an id that says anything.
    private var ids = [Debounced<String>](repeating: Debounced(), count: 4)
    /// Whether nothing is known yet: what the first telegram has, counts.
    private var isNew = true

    /// - Parameter telegrams: that must agree on another meter.
    init(telegrams: Int = 1) {
        self.telegrams = telegrams
    }

    /// The meters of a telegram that are known to be where they are.
    mutating func known(among devices: [MBusDevice], of telegram: Telegram) -> [MBusDevice] {
        let known = devices.filter { device in
            guard device.channel > 0 else { return false }
            let index = Int(device.channel) - 1
            // An id that got lost on the line neither confirms nor denies.
            guard let id = telegram.id(of: device) ?? (ids[index].value == nil ? "" : nil) else { return true }
            _ = ids[index].take(id, needed: isNew ? 1 : telegrams)
            return ids[index].value == id
        }
        if !devices.isEmpty { isNew = false }
        return known
    }

    /// Takes the document of an earlier run: the meters that it has are known.
    mutating func recall(_ earlier: JSONTree) {
        guard isNew else { return }
        for index in ids.indices {
            let meter = earlier["mbus"]?["\(index + 1)"]
            guard case .object? = meter else { continue }
            let isNamed = meter?["serialNumber"]?.text != nil
            _ = ids[index].take(isNamed ? meter?["equipmentId"]?.text ?? "" : "", needed: 1)
            isNew = false
        }
    }
}
