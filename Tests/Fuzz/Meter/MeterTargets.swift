import FuzzSupport
import P1Parser

/// Data lines of telegrams that follow one another: documents, guard, derived values, and JSON of a sample of them.
@_cdecl("fuzz_document")
public func fuzzDocument(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Fuzzed.bytes(data, count)
    var documents = DocumentProperties(Portions(of: input))
    for telegram in Lines.telegrams(input) { documents.check(telegram) }
    return 0
}

/// The reader of JSON, for configurations and for what a broker keeps.
@_cdecl("fuzz_json")
public func fuzzJSON(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    JSONProperties.check(Fuzzed.bytes(data, count))
    return 0
}

/// Retained messages of strangers, where discovery and the documents of earlier runs are looked for.
@_cdecl("fuzz_discovery")
public func fuzzDiscovery(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    DiscoveryProperties.check(Fuzzed.bytes(data, count))
    return 0
}
