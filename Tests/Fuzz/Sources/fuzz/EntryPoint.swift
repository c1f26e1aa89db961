import P1Parser

/// What libFuzzer calls for each input, which is a stream as it comes from a meter. A property that does not hold is a
/// trap, which libFuzzer reports together with the input.
///
/// - Parameters:
///   - data: the input; `nil` when it is empty.
///   - count: its bytes.
/// - Returns: 0: the input may become part of the corpus.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // Sound: the bytes are libFuzzer's for the length of the call, and they are copied.
    let stream = Array(UnsafeBufferPointer(start: data, count: count))
    let events = FramerProperties.check(stream)
    ReaderProperties.check(stream)
    var documents = DocumentProperties()
    for case .frame(let frame) in events {
        let telegram = Telegram(frame)
        TelegramProperties.check(telegram)
        documents.check(telegram)
    }
    return 0
}

/// Ends the program with the name of the property that does not hold.
func require(_ holds: Bool, _ property: @autoclosure () -> String) {
    if !holds { fatalError("does not hold: \(property())") }
}
