import Foundation
import P1Parser
import Testing

@Suite("Documentation of the library")
struct DocumentationTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../..").standardized
    private static let pages = root.appendingPathComponent("Sources/P1Parser/P1Parser.docc")

    /// The lines of a text without what stands in front of them.
    private static func lines(_ text: some StringProtocol) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0.drop { $0 == " " }) }
    }

    /// The blocks of Swift on a page.
    private static func blocks(of page: URL) throws -> [[String]] {
        try String(contentsOf: page, encoding: .utf8).components(separatedBy: "```swift\n").dropFirst()
            .map { lines($0.components(separatedBy: "\n```")[0]) }
    }

    @Test("each block of Swift on its pages is compiled with these tests")
    func compiled() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let sources = try ["Examples.swift", "EncryptedExample.swift"].map {
            Self.lines(try String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8))
        }
        let pages = try FileManager.default.contentsOfDirectory(at: Self.pages, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "md" }
        #expect(pages.count >= 5)
        var count = 0
        for page in pages {
            for block in try Self.blocks(of: page) {
                count += 1
                let isFound = sources.contains { source in
                    source.indices.contains { source[$0...].starts(with: block) }
                }
                #expect(isFound, "\(page.lastPathComponent) has a block that Examples.swift has not: \(block.first ?? "")")
            }
        }
        #expect(count >= 18)
    }

    @Test("its pages know nothing of what is made of the values elsewhere")
    func scope() throws {
        for page in try FileManager.default.contentsOfDirectory(at: Self.pages, includingPropertiesForKeys: nil) {
            let text = try String(contentsOf: page, encoding: .utf8).lowercased()
            for word in ["home assistant", "mqtt", "json"] { #expect(!text.contains(word), "\(page.lastPathComponent): \(word)") }
        }
    }

    private let telegram = Fixture.dsmr50.bytes

    @Test("the first example reads meters with checksums and without")
    func overview() async {
        let examples = Examples()
        let (chunks, continuation) = AsyncStream<[UInt8]>.makeStream()
        for bytes in [Fixture.dsmr22.bytes, telegram] { continuation.yield(bytes) }
        continuation.finish()
        await examples.overview(chunks)
        #expect(
            examples.printed == [
                "4321.009 kWh taken in tariff 1", "0.41 kW at the moment", "987.650 m3 of gas",
                "4242.017 kWh taken in tariff 1", "0.000 kW at the moment", "1234.567 m3 of gas",
            ])
    }

    @Test("the others do what they say")
    func others() throws {
        let examples = Examples()
        var damaged = telegram
        damaged[100] ^= 1
        examples.callback(Wire.bytes("noise\n") + damaged + telegram)
        examples.oneReader(Array(telegram.prefix(100)), telegram)
        examples.rejections(damaged)
        #expect(examples.printed.count == 6)
        #expect(
            examples.printed[0] == "at 0: 7 bytes between telegrams" && examples.printed[1].hasPrefix("at 7: a telegram came with checksum")
        )
        #expect(examples.printed[3] == "100" && examples.printed[5] == "header: GHI5\\2GH50-TEST")
        let read = try #require(examples.wholeCapture(telegram).first)
        #expect(examples.asking(read))
        let before = examples.printed.count
        examples.numbers()
        examples.times(read)
        examples.devices(read)
        examples.lists(read)
        examples.dialect(read)
        examples.limit(try #require(TelegramReader().telegrams(in: Fixture.luxembourg.bytes).first))
        #expect(
            Array(examples.printed[before...]) == [
                "true 1.50 1.5", "1689341412", "channel 1: gas GHIGAS99988877", "1234.567 m3", "1 long power failures",
                "DSMR 5: 1-3:0.2.8 states version 50", "limited to 27.6",
            ])
        #expect(examples.offset(read, isInFinland: true) == 1_689_337_812)
        examples.everything(read)
        #expect(examples.printed.contains("Energy taken from the grid, tariff 1: 4242.017 kWh"))
        #expect(TelegramReader().telegrams(in: examples.writing()).first?[.energyReceived(tariff: 1)]?.description == "1234.567")
    }

    /// Made by another implementation: Python's `cryptography`, AESGCM with the tag cut to 12 bytes.
    private static let sealed: [UInt8] = {
        let hex = Array(
            "DB08545354000000002A82006830000000013EE650D16EDBA85218FC9594196B00B02291DD95043C16F72EB8D59527413C52A5B1BE9BDF84E05B060BF985"
                + "333630D57E23C250BA0D53E162DB8180DC945ECFE94657A2D00379F5D98E8E1A7A320BBC7B42546114658FA41D1A0FCE4B87E5BAA141E0")
        return stride(from: 0, to: hex.count, by: 2).compactMap { UInt8(String(hex[$0..<$0 + 2]), radix: 16) }
    }()

    @Test("the cipher opens what another implementation sealed, and knows a wrong tag")
    func encrypted() throws {
        let examples = Examples()
        let key: [UInt8] = Array(0...15)
        let published = (0...15).map { UInt8($0) * 0x11 }
        let telegrams = examples.decipher(Self.sealed, key: key, publicKeyOfLuxembourg: published)
        #expect(telegrams.first?[.energyReceived]?.description == "123.456")
        #expect(telegrams.first?.frame.seal?.authentication == .valid(.common))
        let wrong = examples.decipher(Self.sealed, key: key, publicKeyOfLuxembourg: key)
        #expect(wrong.first?.frame.seal?.authentication == .invalid)
        #expect(examples.decipher(Self.sealed, key: published, publicKeyOfLuxembourg: published).isEmpty)
        examples.whoEncrypts(Self.sealed)
        #expect(examples.printed == ["a meter that encrypts: 545354000000002A"])
        var reader = TelegramReader()
        reader.feed(Self.sealed.span.extracting(0..<50)) { _ in }
        examples.giveUp(&reader, secondsSinceTheLastByte: 10)
        #expect(reader.unfinishedEnvelope == 0)
        examples.giveUp(&reader, secondsSinceTheLastByte: 11)
        #expect(reader.unfinishedEnvelope == nil)
    }
}
