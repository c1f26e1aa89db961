import ArgumentParser
import P1Parser
import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTInput
@testable import P1MQTTSystem

@Suite("decode of encrypted telegrams") struct DecodeEncryptedTests {
    private func decode(
        _ bytes: [UInt8], _ cipher: MeterCipher?, objects: Bool = false
    ) -> (lines: [String], complaints: [String], isGood: Bool) {
        let output = Locked((lines: [String](), complaints: [String]()))
        var decoder = CaptureDecoder(
            name: "capture", printsObjects: objects, utcOffset: nil, cipher: cipher,
            printLine: { line in output.withLock { $0.lines.append(String(decoding: line, as: UTF8.self)) } },
            complain: { text in output.withLock { $0.complaints.append(text) } })
        decoder.feed(bytes)
        decoder.finish()
        return output.withLock { ($0.lines, $0.complaints, decoder.isGood) }
    }

    @Test("as their text with the key", arguments: [SealedTelegrams.common, SealedTelegrams.noKey, SealedTelegrams.tagless])
    func key(_ sealed: [UInt8]) {
        let plain = decode(Array(SealedTelegrams.text.utf8), nil)
        let result = decode(sealed, SealedTelegrams.cipher())
        #expect(result.lines == plain.lines && result.lines.count == 1)
        #expect(result.complaints.isEmpty)
        #expect(result.isGood)
    }

    @Test("with --objects the offsets are those of the capture") func objects() {
        let text = Array("/TST5\r\n\r\n1-0:1.8.1(\r\n!".utf8)
        let checked = text + Array(CRC16.text(of: CRC16.checksum(of: text.span)).utf8) + Array("\r\n".utf8)
        let sealed = SealedTelegrams.cipher()?.seal(checked, systemTitle: 1, counter: 1) ?? []
        let result = decode(sealed, SealedTelegrams.cipher(), objects: true)
        #expect(
            result.lines == [
                #"{"header":"/TST5","crc":"valid","objects":[],"#
                    + #""issues":[{"offset":27,"line":"1-0:1.8.1(","reason":"brackets do not match"}]}"#
            ])
    }

    @Test("without a key each one is an issue, with its place") func noKey() {
        let stream = SealedTelegrams.common + Array(SealedTelegrams.text.utf8) + SealedTelegrams.own
        let result = decode(stream, nil)
        #expect(result.lines.count == 1)
        #expect(
            result.complaints
                == [0, 204].map {
                    "capture: at offset \($0): the meter sends encrypted telegrams (system title 545354000000002A), "
                        + "and no decryption key is set. Set --decryption-key-file to a file with the 32 hexadecimal digits that your grid "
                        + "operator gives you."
                })
        #expect(!result.isGood)
        let objects = decode(stream, nil, objects: true).lines
        #expect(objects.count == 3)
        #expect(
            objects.last == #"{"header":"","crc":"absent","objects":[],"issues":[{"offset":204,"line":"","#
                + #""reason":"the meter sends encrypted telegrams (system title 545354000000002A), and no decryption key is set"}]}"#)
    }

    @Test("a wrong key, a wrong authentication key, a cut frame: reported, nothing printed") func wrong() {
        let key = decode(SealedTelegrams.common, SealedTelegrams.cipher(SealedTelegrams.otherKey))
        #expect(key.lines.isEmpty && !key.isGood)
        #expect(key.complaints.first?.contains("the decryption key is wrong") == true)
        let authentication = decode(SealedTelegrams.own, SealedTelegrams.cipher(authenticationKey: SealedTelegrams.otherKey))
        #expect(authentication.lines.isEmpty && !authentication.isGood)
        #expect(authentication.complaints.first?.contains("the authentication key is wrong") == true)
        let cut = decode(Array(SealedTelegrams.common.dropLast(40)), SealedTelegrams.cipher())
        #expect(cut.lines.isEmpty && !cut.isGood)
        #expect(cut.complaints.first?.contains("was cut off after 77 of 117 bytes") == true)
    }

    @Test("a tag by an unknown key: printed, and reported") func unknownAuthenticationKey() {
        let result = decode(SealedTelegrams.own, SealedTelegrams.cipher())
        #expect(result.lines.count == 1)
        #expect(result.complaints.count == 1 && !result.isGood)
        let objects = decode(SealedTelegrams.own, SealedTelegrams.cipher(), objects: true)
        #expect(objects.lines.first?.contains(#""issues":[{"offset":0,"line":"","reason":"the authentication key is not known"#) == true)
    }

    @Test("a frame that was sent twice is reported, but is no damage") func replay() {
        let result = decode(SealedTelegrams.common + SealedTelegrams.common, SealedTelegrams.cipher())
        #expect(result.lines.count == 2 && result.complaints.count == 1)
        #expect(result.isGood)
    }
}

@Suite("Keys on the command line") struct KeyOptionsTests {
    @Test("come from files") func files() throws {
        let folder = try TemporaryFolder()
        let key = try folder.write(SealedTelegrams.keyText + "\n", to: "key")
        #expect(try KeyOptions.parse([]).cipher()?.hasAuthenticationKey == nil)
        #expect(try KeyOptions.parse(["--decryption-key-file", key]).cipher()?.hasAuthenticationKey == false)
        #expect(
            try KeyOptions.parse(["--decryption-key-file", key, "--authentication-key-file", key]).cipher()?.hasAuthenticationKey == true)
    }

    @Test("a file without a key ends with 2", arguments: ["", "0011", "00112233445566778899aabbccddeefg"]) func bad(_ content: String)
        throws
    {
        let folder = try TemporaryFolder()
        let file = try folder.write(content, to: "key")
        #expect(throws: (any Error).self) { try KeyOptions.parse(["--decryption-key-file", file]).cipher() }
    }
}
