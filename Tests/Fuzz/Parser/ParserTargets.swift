import FuzzSupport
import P1Parser

/// A stream as it comes from a meter: what becomes of its bytes, in whatever portions they come.
@_cdecl("fuzz_framer")
public func fuzzFramer(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let stream = Fuzzed.bytes(data, count)
    FramerProperties.check(stream, cipher: nil)
    ReaderProperties.check(stream, cipher: nil)
    return 0
}

/// The same of encrypted telegrams: heads, lengths, tags, and what is found in an opened text.
@_cdecl("fuzz_envelope")
public func fuzzEnvelope(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let stream = Fuzzed.bytes(data, count)
    FramerProperties.check(stream, cipher: ClearCipher())
    ReaderProperties.check(stream, cipher: ClearCipher())
    return 0
}

/// Data lines: objects, values, times, lists.
@_cdecl("fuzz_parser")
public func fuzzParser(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Fuzzed.bytes(data, count)
    var sample = Portions(of: input)
    for telegram in Lines.telegrams(input) { TelegramProperties.check(telegram, isClose: sample.isOne(of: 8)) }
    return 0
}
