/// What libFuzzer gives to a target, and what a target says of it.
///
/// Each target is a C function `fuzz_NAME` of one of the modules of this folder; Tests/Fuzz/run gives it to libFuzzer as
/// its entry point. A property that does not hold is a trap, which libFuzzer reports together with the input.
public enum Fuzzed {
    /// The bytes of an input.
    ///
    /// - Parameters:
    ///   - data: libFuzzer's; `nil` when there are none.
    ///   - count: how many.
    public static func bytes(_ data: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8] {
        // Sound: the bytes are libFuzzer's for the length of the call, and they are copied.
        Array(UnsafeBufferPointer(start: data, count: count))
    }
}

/// Ends the program with the name of the property that does not hold.
public func require(_ holds: Bool, _ property: @autoclosure () -> String) {
    if !holds { fatalError("does not hold: \(property())") }
}
