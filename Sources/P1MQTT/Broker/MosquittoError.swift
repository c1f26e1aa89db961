import CMosquitto
import Glibc
import P1MQTTMeter

/// Why there is no connection to the broker, or why it ended: where, what, and what to do about it.
package struct MosquittoError: Error, Equatable, CustomStringConvertible {
    /// `host:port`.
    package let broker: String
    let cause: Cause
    /// What the broker said of it in its own words: the reason string of MQTT 5.
    var words: String?

    enum Cause: Equatable {
        /// The name of the host leads to no address; the resolver's words.
        case unknownHost(String)
        /// Another process of this machine is connected with this client id; its number, where the system says.
        case twin(process: Int?, clientId: String)
        /// No TCP connection: `errno`.
        case unreachable(errno: CInt)
        /// No TCP connection within the limit: nothing answers at all.
        case noAnswer
        /// TCP stands, but the broker did not accept within the limit.
        case silent
        /// Something else than an MQTT broker answered.
        case notMQTT(ForeignAnswer)
        /// The broker closed the connection before it accepted.
        case closedBeforeAccept
        /// The broker refused: the code of its CONNACK, in the numbering of MQTT 3.1.1 or 5.
        case refused(code: CInt)
        case tls(TLSFault)
        /// A file of the settings cannot be read.
        case unreadableFile(path: String, setting: String, errno: CInt)
        /// A file of the settings holds nothing of use; the reason is the rest of a sentence that begins with its name.
        case unusableFile(path: String, setting: String, reason: String)
        /// The connection broke: `errno`, 0 when the other side closed it.
        case lost(errno: CInt)
        /// No answer to a ping within the keep-alive.
        case keepAlive
        /// The broker said goodbye: reason code of MQTT 5.
        case dismissed(code: CInt)
        /// The broker answered a message of quality of service 2 as if it were one of 1.
        case noQoS2
        /// Any other refusal of a call of libmosquitto.
        case library(call: String, code: CInt, errno: CInt)
    }

    package var description: String {
        let what = "MQTT broker \(broker): \(cause.explanation)\(words.map { " (\($0.sanitised))" } ?? "")"
        return cause.remedy.map { "\(what); \($0)" } ?? what
    }
}

extension MosquittoError {
    /// The same without what the broker may say otherwise each time.
    var withoutWords: MosquittoError { MosquittoError(broker: broker, cause: cause) }
}

/// Why TLS failed.
enum TLSFault: Equatable {
    case expired
    case notYetValid
    case notTrusted(String)
    case wrongHostName
    /// What answers does not speak TLS.
    case notTLS
    /// The broker wants a certificate of the client, or refuses the one that it was shown.
    case clientCertificate(String)
    /// Anything else, in the words of OpenSSL.
    case other(String)

    /// - Parameters:
    ///   - verification: OpenSSL's result of the verification and its text, `nil` when it is not known.
    ///   - log: what libmosquitto logged on the failure.
    init(verification: (code: Int, text: String)?, log: [String]) {
        if log.contains(where: { $0.contains("host name verification failed") }) {
            self = .wrongHostName
            return
        }
        switch verification?.code {
        case 10: self = .expired  // X509_V_ERR_CERT_HAS_EXPIRED
        case 9: self = .notYetValid  // X509_V_ERR_CERT_NOT_YET_VALID
        case .some(let code) where code != 0: self = .notTrusted(verification?.text ?? "")
        default:
            let text = log.map(TLSFault.readable).joined(separator: ", ")
            if text.contains("alert") && (text.contains("certificate") || text.contains("unknown ca")) {
                self = .clientCertificate(text)
            } else if text.contains("certificate verify failed") {
                self = .notTrusted(text)
            } else if text.contains("wrong version number") || text.contains("packet length too long") {
                self = .notTLS
            } else {
                self = .other(text.isEmpty ? "the handshake failed" : text)
            }
        }
    }

    /// `OpenSSL Error[0]: error:0A000086:SSL routines::certificate verify failed` without what only a machine reads.
    private static func readable(_ line: String) -> String {
        guard line.hasPrefix("OpenSSL Error"), let colon = line.lastIndex(of: ":") else {
            return line.hasPrefix("Error: ") ? String(line.dropFirst(7)) : line
        }
        return String(line[line.index(after: colon)...])
    }
}

extension MosquittoError.Cause {
    /// Whether nobody answered at all.
    var isOfTCP: Bool {
        switch self {
        case .unreachable, .noAnswer: true
        default: false
        }
    }

    /// Whether another broker may do better than this one.
    var isOfBroker: Bool {
        switch self {
        // No broker was asked; the same one can be asked again.
        case .twin, .noQoS2: false
        default: true
        }
    }

    /// Whether another address of the same name may do better.
    var isOfAddress: Bool {
        switch self {
        case .unreachable, .noAnswer, .silent, .notMQTT, .closedBeforeAccept: true
        // Not available, busy, use another server.
        case .refused(let code): [3, 0x88, 0x89, 0x9C, 0x9D].contains(code)
        default: false
        }
    }

    /// What is wrong, without the remedy.
    var explanation: String {
        switch self {
        case .unknownHost(let text): "the host name is not known (\(text))"
        case .twin(let process, let clientId):
            "another p1mqtt on this machine\(process.map { " (process \($0))" } ?? "") uses the client id \(clientId) there, and this one "
                + "waits until it ends"
        case .unreachable(let code): "cannot be reached (\(systemText(code)))"
        case .noAnswer: "does not answer"
        case .silent: "accepts connections but does not answer as an MQTT broker"
        case .notMQTT(let answer): answer.explanation
        case .closedBeforeAccept: "closed the connection before it accepted it"
        case .refused(let code): "refused the connection: \(Self.refusal(code))"
        case .tls(.expired): "its certificate has expired"
        case .tls(.notYetValid): "its certificate is not valid yet"
        case .tls(.notTrusted(let text)): "its certificate is not trusted (\(text))"
        case .tls(.wrongHostName): "its certificate is for another host name"
        case .tls(.notTLS): "does not speak TLS"
        case .tls(.clientCertificate(let text)): "it wants another certificate of this client (\(text))"
        case .tls(.other(let text)): "TLS failed (\(text))"
        case .unreadableFile(let path, let setting, let code):
            "\(path) (\(setting)) cannot be read (\(systemText(code)))"
        case .unusableFile(let path, let setting, let reason): "\(path) (\(setting)) \(reason)"
        case .lost(0): "the broker closed the connection"
        case .lost(let code): "the connection broke (\(systemText(code)))"
        case .keepAlive: "did not answer within mqtt.keepAlive"
        case .dismissed(let code): "ended the connection: \(String(cString: mosquitto_reason_string(code)))"
        case .noQoS2: "answers messages of quality of service 2 as those of 1; from now on it gets them with 1, as with mqtt.qos 1"
        case .library(let call, let code, let number):
            "\(call) failed: "
                + (code == CInt(MOSQ_ERR_ERRNO.rawValue)
                    ? systemText(number) : String(cString: mosquitto_strerror(code)))
        }
    }

    /// What the user can do; `nil` where waiting is all.
    package var remedy: String? {
        switch self {
        case .unknownHost: "check mqtt.host"
        case .twin: "stop one of them, or give one another mqtt.topicPrefix (and mqtt.clientId, where that is set)"
        case .unreachable(ECONNREFUSED): "is the broker running, and is mqtt.port right?"
        case .unreachable, .noAnswer: "check mqtt.host, mqtt.port, the network and firewalls"
        case .silent: "check mqtt.port, mqtt.tls.enabled and mqtt.version"
        case .notMQTT(let answer): answer.remedy
        case .closedBeforeAccept:
            "check mqtt.port, mqtt.tls.enabled, mqtt.version, and whether it wants mqtt.tls.certificateFile"
        case .refused(1), .refused(0x84): "set mqtt.version to what the broker speaks"
        case .refused(2), .refused(0x85): "set another mqtt.clientId"
        case .refused(4), .refused(5), .refused(0x86), .refused(0x87):
            "check mqtt.username and mqtt.password or mqtt.passwordFile"
        case .refused: nil
        case .tls(.expired): "renew the broker's certificate, and check this machine's clock"
        case .tls(.notYetValid): "check this machine's clock"
        case .tls(.notTrusted): "set mqtt.tls.caFile to the certificate of the authority that signed it"
        case .tls(.wrongHostName): "set mqtt.host to a name in the certificate"
        case .tls(.notTLS): "set mqtt.tls.enabled to false, or mqtt.port to the broker's port for TLS (usually 8883)"
        case .tls(.clientCertificate): "check mqtt.tls.certificateFile and mqtt.tls.keyFile"
        case .tls(.other): "check mqtt.port and the mqtt.tls settings"
        case .unreadableFile(_, _, EACCES): "let the user of p1mqtt read it"
        case .unreadableFile: "correct the path"
        case .unusableFile: "correct it; it is read again for each attempt"
        case .dismissed(0x8E): "another client uses this client id: set another mqtt.clientId in one of them"
        case .dismissed(0x95): BrokerLimits.packetRemedy
        case .dismissed, .lost, .keepAlive, .noQoS2, .library: nil
        }
    }

    private static func refusal(_ code: CInt) -> String {
        switch code {
        case 4, 0x86: "user name or password is wrong"
        case 5, 0x87: "not authorised"
        case 1...3: String(cString: mosquitto_connack_string(code))
        default: String(cString: mosquitto_reason_string(code))
        }
    }
}

/// The C library's words for an `errno`.
private func systemText(_ code: CInt) -> String {
    String(cString: strerror(code))
}
