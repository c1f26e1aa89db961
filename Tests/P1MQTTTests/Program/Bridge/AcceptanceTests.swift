import P1Parser
import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTHomeAssistant
@testable import P1MQTTInput
@testable import P1MQTTMeter
@testable import P1MQTTSystem

/// A meter is good for `run`, `check`, `decode` and `topics` alike, or for none.
@Suite("Every command takes the same telegrams") struct AcceptanceTests {
    private static let golden = Array(GoldenPair.telegram.utf8)
    private static let bare = TelegramFixture.bytes(["1-0:1.8.1(1.0*kWh)", "1-0:1.7.0(1.0*kW)"], hasChecksum: false)
    private static var damaged: [UInt8] {
        var bytes = golden
        bytes[100] ^= 1
        return bytes
    }

    /// Telegrams with checksums of another variant (ndokter/dsmr_parser 91).
    private static var variant: [UInt8] {
        (1...4).flatMap { reading in
            let covered = Array("/HLY5\\D545-METER\r\n\r\n1-0:1.8.0(\(reading)*kWh)\r\n!".utf8)
            return covered + Array("\(CRC16.text(of: ChecksumVariant.x25.checksum(of: covered.span)))\r\n".utf8)
        }
    }

    /// Captures, and how many of their telegrams are good.
    private static let captures: [(name: String, bytes: [UInt8], good: Int)] = [
        ("golden", golden, 1), ("without checksums", bare + bare, 2), ("another variant of the checksum", variant, 2),
        ("one without a checksum behind one with it", golden + bare, 1), ("a damaged one", bare + damaged, 1),
        ("cut off at the end", Array(golden.prefix(300)), 1), ("cut off behind one with a checksum", golden + golden.prefix(300), 1),
        ("cut off by the next one", golden.prefix(300) + golden, 1), ("encrypted, without a key", SealedTelegrams.common, 0),
    ]

    @Test("whatever the capture", arguments: captures.indices) func same(_ index: Int) throws {
        let (name, bytes, good) = Self.captures[index]
        let fixture = PipelineFixture()
        fixture.send(bytes)
        fixture.report(.ended)
        #expect(fixture.pipeline.counts.good == good, "\(name)")
        #expect(try listen(bytes).accepted == good, "\(name)")
        let lines = Locked(0)
        var decoder = CaptureDecoder(
            name: name, printsObjects: false, utcOffset: nil, printLine: { _ in lines.withLock { $0 += 1 } }, complain: { _ in })
        decoder.feed(bytes)
        decoder.finish()
        #expect(lines.withLock { $0 } == good, "\(name)")
        var preview = TelegramPreview(prefix: "p1", utcOffset: nil, language: .en)
        preview.feed(bytes)
        #expect(preview.finish().isEmpty == (good == 0), "\(name)")
        #expect(preview.problems.isEmpty == decoder.isGood, "\(name)")
    }

    @Test("`check --connect` knows the setting of the meter", arguments: ChecksumPolicy.allCases) func policy(_ crc: ChecksumPolicy) throws
    {
        for bytes in [Self.bare, Self.damaged, Self.golden] {
            let fixture = PipelineFixture { $1.crc = crc }
            fixture.send(bytes)
            let heard = try listen(bytes, reader: fixture.pipeline.settings.reader)
            #expect(heard.accepted == fixture.pipeline.counts.good)
        }
        let heard = try listen(Self.bare, reader: TelegramReader(checksums: .required))
        #expect(
            PortsTable.lines(for: heard).suffix(2) == [
                "a telegram came without a checksum. The telegram is dropped. If this meter really sends no checksum, "
                    + "set \"crc\" of the meter to \"off\".",
                "Telegrams were heard, but none that can be used.",
            ])
    }

    @Test("binary DLMS is named with its remedy, once, and neither a key nor a cable is blamed", arguments: DLMSLink.allCases)
    func binaryDLMS(_ link: DLMSLink) throws {
        let capture = BinaryCapture.bytes(link)
        let reason =
            "the port sends binary DLMS (in \(link.rawValue) frames), not P1 telegrams. Ask the grid operator to set the port to the ASCII "
            + "profile (P1, DSMR)."
        let heard = try listen(capture)
        #expect(!heard.isP1 && heard.goodFrames >= SourceListener.enough && heard.encrypted == 0)
        #expect(PortsTable.lines(for: heard).suffix(2) == [reason, "Telegrams were heard, but none that can be used."])
        for cipher in [nil, SealedTelegrams.cipher(SealedTelegrams.key)] {
            let complaints = Locked<[String]>([])
            var decoder = CaptureDecoder(
                name: "capture", printsObjects: false, utcOffset: nil, cipher: cipher, printLine: { _ in },
                complain: { text in complaints.withLock { $0.append(text) } })
            decoder.feed(capture)
            decoder.finish()
            #expect(!decoder.isGood)
            let said = complaints.withLock { $0 }
            #expect(said.count == 2 && said.last?.hasSuffix(reason) == true, "\(said)")
            var preview = TelegramPreview(prefix: "p1", utcOffset: nil, language: .en, cipher: cipher)
            preview.feed(capture)
            #expect(preview.finish().isEmpty)
            #expect(preview.problems.count { $0.hasSuffix(reason) } == 1 && preview.problems.count == 2)
        }

        let fixture = PipelineFixture()
        for frame in BinaryCapture.frames(link) { fixture.send(frame) }
        #expect(fixture.log.lines == ["error: \(reason)"])
        #expect(fixture.pipeline.counts[.binaryDLMS] == 4 && fixture.pipeline.counts.bad == 4 && fixture.pipeline.counts.good == 0)
        #expect(fixture.pipeline.goodFrames == 4)
        let messages = fixture.taken()
        #expect(messages.map(\.topic) == ["p1/bridge/event", "p1/availability"] && messages.last?.text == "offline")
        // A meter that is set to it later is not heard any more.
        fixture.send(Self.golden)
        #expect(fixture.taken().contains { $0.topic == "p1/availability" && $0.text == "online" })
        for frame in BinaryCapture.frames(link) { fixture.send(frame) }
        #expect(fixture.taken().contains { $0.topic == "p1/availability" && $0.text == "offline" })
    }

    @Test("a meter whose key is missing shows that the line is right") func encrypted() throws {
        let heard = try listen(SealedTelegrams.common)
        #expect(heard.accepted == 0 && heard.goodFrames == 1 && heard.encrypted == 1)
        #expect(heard.advice?.contains("decryptionKeyFile") == true)
        let half = try listen(Array(SealedTelegrams.common.prefix(60)))
        #expect(half.goodFrames == 0 && half.encrypted == 0)
    }

    private func listen(_ bytes: [UInt8], reader: TelegramReader = TelegramReader()) throws -> SourceListener {
        let folder = try TemporaryFolder()
        let path = try folder.write(bytes, to: "capture")
        return withExtendedLifetime(folder) {
            SourceListener.listen(to: FileSource(path: path), seconds: 60, wake: WakeDescriptor(), reader: reader)
        }
    }
}
