import P1Parser

/// Writes metrics in the text format of Prometheus, version 0.0.4.
package struct MetricsText {
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func family(_ name: String, _ kind: MetricFamily.Kind, _ help: String) {
        // Only these two are special in a help text.
        let help = help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        bytes += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n".utf8
    }

    package mutating func sample(_ name: String, _ labels: KeyValuePairs<String, String>, _ value: String) {
        begin(name, labels)
        bytes += value.utf8
        bytes.append(UInt8(ascii: "\n"))
    }

    package mutating func sample(_ name: String, _ labels: KeyValuePairs<String, String>, _ value: Int) {
        sample(name, labels, String(value))
    }

    /// The samples of a family of all meters; nothing where none has one.
    package mutating func family(_ index: Int, _ meters: [(name: String, samples: MeterSamples)]) {
        let family = MetricFamily.all[index]
        var isBegun = false
        for (meter, samples) in meters {
            for sample in samples.samples(of: index) {
                if !isBegun { self.family(family.name, family.kind, family.help) }
                isBegun = true
                if let label = family.label {
                    begin(family.name, ["meter": meter, label: sample.label])
                } else {
                    begin(family.name, ["meter": meter])
                }
                sample.value.write(into: &bytes)
                bytes.append(UInt8(ascii: "\n"))
            }
        }
    }

    package mutating func append(_ other: MetricsText) { bytes += other.bytes }

    private mutating func begin(_ name: String, _ labels: KeyValuePairs<String, String>) {
        bytes += name.utf8
        for (index, (label, value)) in labels.enumerated() {
            bytes.append(UInt8(ascii: index == 0 ? "{" : ","))
            bytes += label.utf8
            bytes += "=\"".utf8
            for byte in value.utf8 {
                switch byte {
                case UInt8(ascii: "\\"), UInt8(ascii: "\""): bytes += [UInt8(ascii: "\\"), byte]
                case UInt8(ascii: "\n"): bytes += "\\n".utf8
                default: bytes.append(byte)
                }
            }
            bytes.append(UInt8(ascii: "\""))
        }
        if !labels.isEmpty { bytes.append(UInt8(ascii: "}")) }
        bytes.append(UInt8(ascii: " "))
    }
}
