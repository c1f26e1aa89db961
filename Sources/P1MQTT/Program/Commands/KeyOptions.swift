import ArgumentParser
import P1MQTTInput
import P1MQTTMeter
import P1MQTTSystem

/// The keys of an encrypted meter on the command line: always in files, since every user sees what a process was called with.
struct KeyOptions: ParsableArguments {
    @Option(help: ArgumentHelp("File with the key of an encrypted meter, 32 hexadecimal digits.", valueName: "file"))
    var decryptionKeyFile: String?

    @Option(help: ArgumentHelp("File with the authentication key of the meter, where it has one of its own.", valueName: "file"))
    var authenticationKeyFile: String?

    func validate() throws {
        if authenticationKeyFile != nil, decryptionKeyFile == nil {
            throw ValidationError("--authentication-key-file needs --decryption-key-file.")
        }
    }

    /// `nil` without a key; says on standard error what is wrong with a file, and ends with 2 then.
    func cipher() throws -> MeterCipher? {
        guard let decryptionKeyFile else { return nil }
        return MeterCipher(
            decryptionKey: try KeyOptions.key(decryptionKeyFile, "--decryption-key-file"),
            authenticationKey: try authenticationKeyFile.map { try KeyOptions.key($0, "--authentication-key-file") })
    }

    private static func key(_ path: String, _ option: String) throws -> MeterKey {
        let problem: String
        do throws(SmallFile.Failure) {
            let secret = try SecretFile.read(path).secret
            let codec = SettingCodec<MeterKey>.key
            if let key = codec.decode(.text(secret.exposed)) { return key }
            problem = "whose content is not valid; it must be \(codec.allowed)"
        } catch {
            problem = "which \(error.reason)"
        }
        StandardError.write("\(option) names \(path), \(problem)")
        throw ExitCode(2)
    }
}
