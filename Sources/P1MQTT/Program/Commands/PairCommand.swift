import ArgumentParser
import FoundationEssentials
import P1MQTTInput
import P1MQTTMeter
import P1MQTTSystem

/// `p1mqtt pair`: a token of a HomeWizard device, which it gives to whoever can press its button.
struct PairCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pair",
        abstract: "Fetches a token of a HomeWizard device, and prints what to put into the configuration.",
        discussion: """
            Asks for a press on the button of the device. The token goes into a file that only you can read.
            With --ca-file, HomeWizard's certificate authority, the device is verified: docs/meters.md tells where it is.
            Exit status: 0 the token is in the file, 1 the device gave none, 2 wrong usage.
            """)

    @Argument(help: ArgumentHelp("Name or address of the device, with :PORT if that is not 443.", valueName: "host"))
    var host: String

    @Option(help: ArgumentHelp("File for the token; one that is there is not overwritten.", valueName: "file"))
    var tokenFile = "homewizard.token"

    @Flag(help: "Put the new token in the place of one that is in the file.")
    var overwrite = false

    @Option(help: ArgumentHelp("Certificate authority of the device (PEM).", valueName: "file"))
    var caFile: String?

    @Option(help: "Wait for the button for so many seconds at most.")
    var seconds = 60

    func validate() throws {
        guard (1...600).contains(seconds) else { throw ValidationError("--seconds must be 1 to 600.") }
        if host.contains("/") || host.contains("?") {
            throw ValidationError("HOST is \(JSONTree.text(host).shown): give the name or address alone, without https:// and path.")
        }
        do throws(HTTPURL.Fault) {
            _ = try HTTPURL("https://\(host)", schemes: [.https])
        } catch {
            throw ValidationError("HOST is \(JSONTree.text(host).shown): \(error.text)")
        }
    }

    func run() async throws {
        let file = try TokenFile(tokenFile, overwrites: overwrite)
        let (host, caFile, seconds) = (host, caFile, seconds)
        let path = tokenFile
        let lines = await DedicatedThread.runUntilSignal(named: "pair") { stop -> [String]? in
            do throws(PairingFailure) {
                let pairing = Pairing(host: host, caFile: caFile, stop: stop)
                let token = try pairing.token(within: seconds)
                let lines = try pairing.lines(token, file: path)
                // Only the token of a device that has shown itself takes the place of another one.
                try file.write(token)
                StandardError.write("The token is in \(path). The user of the service has to be able to read it: sudo chown p1mqtt \(path)")
                StandardError.write("Put this meter into the configuration:")
                return lines
            } catch {
                StandardError.write("p1mqtt pair: \(error.text)")
                return nil
            }
        }
        guard let lines else {
            file.discard()
            throw ExitCode(1)
        }
        for line in lines { StandardOutput.writeLine(line) }
    }
}

struct PairingFailure: Error {
    var text: String

    static let stopped = PairingFailure(text: "stopped")
}

/// The talk with the device.
private struct Pairing {
    let host: String
    let caFile: String?
    let stop: WakeDescriptor
    private let wake = WakeDescriptor()

    init(host: String, caFile: String?, stop: WakeDescriptor) {
        self.host = host
        self.caFile = caFile
        self.stop = stop
    }

    /// Asks once a second until somebody presses the button.
    func token(within seconds: Int) throws(PairingFailure) -> Secret {
        if caFile == nil {
            StandardError.write(
                "Without --ca-file nobody verifies that \(host) is the device: do this in a network that you trust.")
        }
        let end = Moment.now().monotonic + Int64(seconds) * 1000
        var hasAsked = false
        let body = HomeWizardPairing.request(machine: ProcessInfo.processInfo.hostName)
        let exchange = try exchange("/api/user", body: body)
        while true {
            let began = Moment.now().monotonic
            switch exchange.outcome(wake: wake, stop: stop) {
            case nil: throw .stopped
            // A device that has answered may miss a request.
            case .failed(let error) where !hasAsked: throw PairingFailure(text: "\(host): \(error)")
            case .failed: break
            case .answer(let answer):
                switch HomeWizardPairing.step(after: answer) {
                case .token(let token): return token
                case .refused(let why): throw PairingFailure(text: "The device \(why)")
                case .button where !hasAsked:
                    hasAsked = true
                    StandardError.write("Press the button on the device now. Waiting \(seconds) s at most ...")
                case .button: break
                }
            }
            guard Moment.now().monotonic + 1000 < end else {
                throw PairingFailure(text: "nobody pressed the button within \(seconds) s. Run this again, and press it while it waits.")
            }
            stop.rest(milliseconds: max(0, began + 1000 - Moment.now().monotonic))
        }
    }

    /// What to put into the configuration, once the device has said who it is and, with an authority, has shown it.
    func lines(_ token: Secret, file: String) throws(PairingFailure) -> [String] {
        let device = HomeWizardPairing.Device(try answer("/api", token))
        if device?.isP1Meter == false {
            StandardError.write("This is a \(device?.product.sanitised ?? "") and no P1 meter: it has no telegrams.")
        }
        let name = device?.serverName
        if caFile != nil, let name {
            let status = try answer("/api/telegram", token, serverName: name).status
            guard [200, 503].contains(status) else {
                throw PairingFailure(text: "the device has no telegram for the token (HTTP \(status)).")
            }
        }
        let members: [(String, String?)] = [
            ("type", "http"), ("url", "https://\(host)/api/telegram"), ("tokenFile", absolute(file)),
            ("caFile", caFile.map(absolute) ?? "/etc/p1mqtt/homewizard-ca-cert.pem"),
            ("serverName", name ?? "appliance/p1dongle/SERIAL"),
        ]
        let source = JSONTree.object(members.compactMap { name, text in text.map { JSONMember(name: name, value: .text($0)) } })
        if caFile == nil {
            StandardError.write(
                "HomeWizard's authority is at https://api-documentation.homewizard.com/docs/v2/authorization: put it where caFile says.")
        }
        if name == nil { StandardError.write("The device did not say its serial number: put it in the place of SERIAL.") }
        return [JSONTree.members(["source": source]).json]
    }

    private func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }

    private func answer(_ path: String, _ token: Secret, serverName: String? = nil) throws(PairingFailure) -> HTTPAnswer {
        switch try exchange(path, token: token, serverName: serverName).outcome(wake: wake, stop: stop) {
        case nil: throw .stopped
        case .failed(let error): throw PairingFailure(text: "\(host): \(error)")
        case .answer(let answer): return answer
        }
    }

    private func exchange(
        _ path: String, token: Secret? = nil, serverName: String? = nil, body: String? = nil
    ) throws(PairingFailure) -> HTTPExchange {
        // The serial number, and with it the name, is not known before the device has said it.
        var trust = TLSTrust(caFile: caFile, serverName: serverName, verify: caFile != nil)
        trust.verifiesName = serverName != nil
        do throws(SourceError) {
            let request = HTTPExchange.Request(url: try url(path), token: token, trust: trust, body: body)
            return try HTTPExchange(request, resolver: NameResolver(wake: wake))
        } catch {
            throw PairingFailure(text: "\(error)")
        }
    }

    private func url(_ path: String) throws(SourceError) -> HTTPURL {
        do throws(HTTPURL.Fault) {
            return try HTTPURL("https://\(host)\(path)", schemes: [.https])
        } catch {
            throw SourceError(.setting, "\(host): \(error.text)")
        }
    }
}
