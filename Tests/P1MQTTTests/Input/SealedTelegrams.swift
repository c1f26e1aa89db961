@testable import P1MQTT
@testable import P1MQTTInput
@testable import P1MQTTSystem

/// Encrypted telegrams that were made by another implementation: Python's `cryptography` 48.0 (OpenSSL), AESGCM with
/// the tag cut to 12 bytes.
enum SealedTelegrams {
    static let keyText = "000102030405060708090A0B0C0D0E0F"
    static let key = meterKey(keyText)
    static let authenticationKey = meterKey("D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF")
    static let otherKey = meterKey("100102030405060708090A0B0C0D0E0F")

    static let text = "/TST5\\CIPHER\r\n\r\n1-3:0.2.8(42)\r\n1-0:1.8.0(000123.456*kWh)\r\n1-0:1.7.0(01.234*kW)\r\n!F568\r\n"

    /// System title `545354000000002A`, counter 1, tag with the authentication key of Luxembourg.
    static let common = bytes(
        "DB08545354000000002A82006830000000013EE650D16EDBA85218FC9594196B00B02291DD95043C16F72EB8D59527413C52A5B1BE9BDF84E05B060BF985"
            + "333630D57E23C250BA0D53E162DB8180DC945ECFE94657A2D00379F5D98E8E1A7A320BBC7B42546114658FA41D1A0FCE4B87E5BAA141E0")
    /// Counter 2, tag with `authenticationKey`.
    static let own = bytes(
        "DB08545354000000002A8200683000000002B00C544AEDF59C48A1FB216BEC17F9F90B61FA1A78C74325909DDA49F5E4304C456DB2098D726AA8B9052954"
            + "9B3CCD7D5A9638396B6CA564D7123BD91FEE6A9819C9FF1491CCA96639C6CC96E2C46E797A2612EFD8F1C36E3680C7F471665A5C28FAD9")
    /// Counter 3, nothing but the text is authenticated.
    static let noKey = bytes(
        "DB08545354000000002A82006830000000034D3BC3425E45D05675CED6EB625EEA6E22D81DC4DD7E2992AE5029B450030D6C1F0B2FAFC3462D243E59B2BD"
            + "A0CD80FCCE0CAB01F5DE3739B176A9E0AF77A29540BAE34CFFC8E501583B7C994A337A4EBA336501266D911EFE9EB059982D607D60A148")
    /// Counter 4, encrypted only.
    static let tagless = bytes(
        "DB08545354000000002A82005C20000000042E356B40EA9224A286DB3A99A631EB1C2BEDEEBD8C7D11D20AB50622DD31C1470D587827C379487BBB3BA42B"
            + "0CA1F25C24F8DC9B86A11D21B85D65E8C379CE0A4610658FF197EE3C5A89804C11389B9360A292D1094B7B")
    /// Counter 5, the length written as 00 and two bytes.
    static let zeroForm = bytes(
        "DB08545354000000002A0000683000000005A3A35D1F859C16330A21966CA5C09F61206753D31C48B0742DA3992B15B341D0A7C4429DFA04E959DD85CBD6"
            + "3AAD28B1A7B002A67DB2E64FF7EBD8199FF1EE43A5DE0D082D480C577AFCE176AC9019957CFC3051BE2A77664E07BA34DE4A353EF139D9")
    /// Counter 6, a short telegram with a length of one byte, and behind 81.
    static let shortForms = [
        bytes("DB08545354000000002A2E30000000060316B49694140A73E9C444A356C4C285591F38E30D95B68DEB9E91CCB5DF02E5B89A035479FA980901"),
        bytes("DB08545354000000002A812E30000000060316B49694140A73E9C444A356C4C285591F38E30D95B68DEB9E91CCB5DF02E5B89A035479FA980901"),
    ]

    static func cipher(_ key: MeterKey = key, authenticationKey: MeterKey? = nil) -> MeterCipher? {
        MeterCipher(decryptionKey: key, authenticationKey: authenticationKey)
    }

    private static func meterKey(_ text: String) -> MeterKey {
        guard let key = MeterKey(text) else { preconditionFailure("\(text) is no key") }
        return key
    }

    private static func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex)
        return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0..<$0 + 2]), radix: 16) }
    }
}
