import FuzzSupport

/// A configuration file, or the environment.
@_cdecl("fuzz_configuration")
public func fuzzConfiguration(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    ConfigurationProperties.check(Fuzzed.bytes(data, count))
    return 0
}

/// Encrypted telegrams with the real cipher.
@_cdecl("fuzz_decryption")
public func fuzzDecryption(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    DecryptionProperties.check(Fuzzed.bytes(data, count))
    return 0
}

/// What a broker sends.
@_cdecl("fuzz_inbox")
public func fuzzInbox(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var inbox = InboxProperties()
    inbox.check(Fuzzed.bytes(data, count))
    return 0
}
