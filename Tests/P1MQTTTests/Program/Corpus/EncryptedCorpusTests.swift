import Foundation
import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTInput
@testable import P1MQTTSystem

/// Encrypted captures with published keys, kept outside the project: `TELEGRAM_CORPUS` names a folder with `corpus/NAME.bin`
/// and `expected/NAME.json`. Without it nothing runs.
@Suite(
    "Encrypted captures", .enabled(if: EncryptedCorpus.folder != nil, "TELEGRAM_CORPUS does not name a folder of captures: skipped"))
struct EncryptedCorpusTests {
    @Test("are framed and deciphered as another implementation does", arguments: EncryptedCorpus.names)
    func deciphers(_ name: String) throws {
        let folder = try #require(EncryptedCorpus.folder)
        let bytes = Array(try Data(contentsOf: folder.appending(path: "corpus/\(name).bin")))
        let expected = try JSONDecoder().decode(
            ExpectedStream.self, from: try Data(contentsOf: folder.appending(path: "expected/\(name).json")))
        let key = expected.key.flatMap { MeterKey($0) }
        // That of Luxembourg is tried without being asked.
        let own = expected.authenticationKey.flatMap { $0.uppercased() == "00112233445566778899AABBCCDDEEFF" ? nil : MeterKey($0) }
        var framer = Framer(cipher: key.map { MeterCipher(decryptionKey: $0, authenticationKey: own) })
        var found: [Int: (envelope: Envelope, frame: Frame?)] = [:]
        let keep: (Framer.Event) -> Void = { event in
            switch event {
            case .frame(let frame):
                if let seal = frame.seal { found[seal.envelope.offset] = (seal.envelope, frame) }
            case .discarded(let discard):
                if case .sealed(let envelope, _) = discard.reason { found[envelope.offset] = (envelope, nil) }
            }
        }
        framer.feed(bytes.span, keep)
        framer.finish(keep)
        for wanted in expected.frames {
            let (envelope, frame) = try #require(found[wanted.offset], "no frame at \(wanted.offset)")
            #expect(envelope.systemTitleText == wanted.title.uppercased())
            #expect(envelope.counter == wanted.counter)
            #expect(envelope.offset + envelope.length == wanted.end)
            guard let isTagValid = wanted.tagValid else {
                #expect(frame == nil, "\(wanted.status)")
                continue
            }
            guard wanted.plaintextStartsWithSlash == true else {
                #expect(frame == nil)
                continue
            }
            if isTagValid {
                #expect(frame?.seal?.authentication != .invalid)
                #expect(frame != nil)
            } else if let frame {
                // Taken only when its checksum is right, which the caller may refuse.
                #expect(frame.seal?.authentication == .invalid)
                if case .valid = frame.checksum {} else { Issue.record("a wrong tag and a wrong checksum") }
            }
            if let frame { #expect(frame.bytes.count == wanted.plaintextLength) }
        }
    }
}

private enum EncryptedCorpus {
    static let folder = ProcessInfo.processInfo.environment["TELEGRAM_CORPUS"].map { URL(filePath: $0) }

    static let names: [String] = {
        guard let folder, let files = try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "corpus").path) else {
            return []
        }
        return files.filter { $0.hasSuffix(".bin") }.map { String($0.dropLast(4)) }.sorted()
    }()
}

/// What another implementation found in a capture.
private struct ExpectedStream: Decodable {
    struct SealedFrame: Decodable {
        let offset: Int
        let title: String
        let counter: UInt32
        let end: Int
        let status: String
        let tagValid: Bool?
        let plaintextStartsWithSlash: Bool?
        let plaintextLength: Int?
    }

    let key: String?
    let authenticationKey: String?
    let frames: [SealedFrame]
}
