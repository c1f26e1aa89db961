import P1MQTTInput

/// What `p1mqtt ports` says, in words and columns for people.
enum PortsTable {
    static func lines(for ports: [SerialPortInfo]) -> [String] {
        guard !ports.isEmpty else {
            return [
                "This system has no serial port.",
                "Plug the P1 cable into a USB port and try again; `dmesg` shows whether the system sees it.",
                "In a container pass the device in: `docker run --device /dev/ttyUSB0` (compose: devices).",
                "A reader in the network needs no serial port: use a source of type \"tcp\".",
            ]
        }
        let rows = ports.map { [$0.path, $0.device, $0.adapter?.text ?? "on the board", access($0)] }
        return columns([["PATH", "DEVICE", "ADAPTER", "ACCESS"]] + rows)
    }

    static func lines(for heard: SourceListener) -> [String] {
        var lines = heard.reports.filter { $0.kind != .connected }.map { "\($0)" }
        guard heard.reports.contains(where: { $0.kind == .connected }) else { return lines }
        lines += columns([
            ["bytes", "\(heard.bytes)"],
            ["line", heard.evidence ?? "unknown"],
            ["header", heard.header ?? "none"],
            ["telegrams", telegrams(heard)],
        ])
        if let advice = heard.advice { lines.append(advice) }
        if heard.isP1 {
            lines.append("This is a P1 port that works.")
        } else if heard.bytes == 0 {
            lines.append("Nothing was heard. \(nothing)")
        } else if heard.advice != nil {
            lines.append("Telegrams were heard, but none that can be used.")
        } else {
            lines.append("No good telegram was heard. \(SourceTraits.serial(mayCarryParity: true).unreadableAdvice)")
        }
        return lines
    }

    private static let nothing =
        "Check that the cable sits in the P1 port of the meter and is a P1 cable (it raises the data request line), "
        + "that the grid operator has activated the port, and that this is the right port."

    private static func telegrams(_ heard: SourceListener) -> String {
        var text = "\(heard.accepted) good"
        if heard.withoutChecksum > 0 { text += " (\(heard.withoutChecksum) of them without a checksum)" }
        if heard.encrypted > 0 { text += ", \(heard.encrypted) encrypted" }
        return text + ", \(heard.badChecksums) with a wrong checksum"
    }

    private static func access(_ port: SerialPortInfo) -> String {
        guard let access = port.access else { return "not here: pass it into the container (--device \(port.device))" }
        return access.isReadable ? "\(access.text), yours" : "\(access.text), not for you: join group \(access.group)"
    }

    private static func columns(_ rows: [[String]]) -> [String] {
        let widths = (0..<(rows.first?.count ?? 0)).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).enumerated()
                .map { index, cell in
                    // The last column may be as long as it likes.
                    index == row.count - 1
                        ? cell.0 : cell.0 + String(repeating: " ", count: cell.1 - cell.0.count)
                }
                .joined(separator: "  ")
        }
    }
}
