import CCurl
import Glibc
import P1MQTTMeter

/// Why a request has no answer, as libcurl tells it.
struct HTTPFault {
    var code: CURLcode
    var osError: CInt = 0
    /// OpenSSL's result of verifying the certificate (X509_V_...).
    var verification = 0
    /// Whether the header of the answer had come.
    var hasHeader = false
    /// libcurl's.
    var words = ""

    func error(of url: HTTPURL, _ limits: HTTPExchange.Limits) -> SourceError {
        switch code {
        case CURLE_COULDNT_CONNECT: return unconnected(url)
        case CURLE_OPERATION_TIMEDOUT:
            return SourceError(
                .timedOut, "no whole answer came within \(limits.time / 1000) s",
                remedy: "Check the address, that the device is powered and in the network, and any firewall.")
        case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE:
            return SourceError(
                .closedByPeer, "the device closed the connection",
                remedy: "If that goes on, restart the device, and check that not too many programs ask it.")
        case CURLE_PEER_FAILED_VERIFICATION: return untrusted(url)
        case CURLE_SSL_CACERT_BADFILE:
            return SourceError(
                .setting, "the file of the certificate authorities cannot be used",
                remedy: "Check that caFile holds certificates in PEM, and that this user may read it.")
        case CURLE_SSL_CONNECT_ERROR:
            return SourceError(
                .certificate, "no TLS connection can be made: \(words.sanitised)",
                remedy: "Check that the port of the URL is one for https.")
        case CURLE_WRITE_ERROR where !hasHeader:
            return SourceError(.content, "the header of the answer is longer than \(limits.header) bytes", remedy: Self.notThis)
        case CURLE_WRITE_ERROR:
            return SourceError(.content, "the answer is longer than \(limits.body) bytes", remedy: Self.notThis)
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY:
            return SourceError(.content, "what answers does not speak HTTP", remedy: Self.notThis)
        default: return SourceError(.system(CInt(truncatingIfNeeded: code.rawValue)), "the request failed: \(words.sanitised)")
        }
    }

    private static let notThis = "Check host, port and path of the URL."

    private func unconnected(_ url: HTTPURL) -> SourceError {
        guard osError == ECONNREFUSED else {
            return SourceError(
                .unreachable, "\(url.host) cannot be reached" + (osError == 0 ? "" : " (\(SourceError.text(osError)))"),
                remedy: "Check the address, the network, and that the device is powered.")
        }
        return SourceError(
            .refused, "the connection was refused",
            remedy: "Check the port of the URL, and that the device's local interface is switched on in its app.")
    }

    private func untrusted(_ url: HTTPURL) -> SourceError {
        let (reason, remedy) =
            switch verification {
            // libcurl itself compares the host of the URL (0 and 1); OpenSSL the name that is configured.
            case 0, 1, 62, 63, 64:
                (
                    "the certificate is for another name",
                    "Check that this is the right device, and serverName (HomeWizard: appliance/p1dongle/SERIAL)."
                )
            case 10: ("the certificate has expired", "Check the clock of this machine, and the device's certificate.")
            case 9: ("the certificate is not valid yet", "Check the clock of this machine.")
            case 2, 18, 19, 20, 21:
                (
                    "the certificate is of an authority that is not trusted",
                    "Set caFile to the authority of the device's maker: docs/meters.md tells where it is."
                )
            default: ("the certificate cannot be verified: \(words.sanitised)", "Check caFile and serverName.")
            }
        return SourceError(.certificate, reason, remedy: remedy)
    }
}
