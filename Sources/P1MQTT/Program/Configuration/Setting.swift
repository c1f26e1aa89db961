import P1MQTTMeter

/// One row of the table of settings: a value at a path below `Part`, what it may be, and what it means.
/// Reading, the names of environment variables and the documentation all follow from it.
struct Setting<Part>: Sendable {
    /// Names joined by dots, relative to `Part`: `tls.caFile`.
    let path: String
    let allowed: String
    let readsLiterals: Bool
    let isSecret: Bool
    let choices: [String]
    let schema: JSONTree
    /// What is wrong with a value; `nil` where `allowed` has to do.
    let fault: @Sendable (JSONTree) -> String?
    /// A sentence for the documentation.
    let meaning: String
    /// There is no default, and without it its part is useless.
    let isRequired: Bool
    /// `false` when that is not allowed; then nothing is changed.
    let read: @Sendable (JSONTree, inout Part) -> Bool
    /// What a part holds now, as the configuration would say it.
    let held: @Sendable (Part) -> JSONTree

    init<Value>(
        _ path: String, _ value: any WritableKeyPath<Part, Value> & Sendable, _ codec: SettingCodec<Value>,
        _ meaning: String, isRequired: Bool = false
    ) {
        self.path = path
        self.meaning = meaning
        self.isRequired = isRequired
        allowed = codec.allowed
        readsLiterals = codec.readsLiterals
        isSecret = codec.isSecret
        choices = codec.choices
        schema = codec.schema
        fault = codec.fault
        read = { written, part in
            guard let decoded = codec.decode(written) else { return false }
            part[keyPath: value] = decoded
            return true
        }
        held = { codec.encode($0[keyPath: value]) }
    }

    /// What a text of the environment or of a flag stands for.
    func value(of text: String) -> JSONTree {
        // What is no JSON is text: nobody writes quotation marks into a variable.
        guard readsLiterals, let value = try? JSONReader.read(Array(text.utf8)) else { return .text(text) }
        switch value {
        case .number, .bool: return value
        default: return .text(text)
        }
    }

    /// A row of a part as a row of the whole that holds it under a name.
    init<Inner>(_ name: String, _ inner: any WritableKeyPath<Part, Inner> & Sendable, _ row: Setting<Inner>) {
        path = "\(name).\(row.path)"
        allowed = row.allowed
        readsLiterals = row.readsLiterals
        isSecret = row.isSecret
        choices = row.choices
        schema = row.schema
        fault = row.fault
        meaning = row.meaning
        isRequired = row.isRequired
        read = { row.read($0, &$1[keyPath: inner]) }
        held = { row.held($0[keyPath: inner]) }
    }
}
