import CMosquitto

import Glibc
import P1MQTTMeter

/// From codes of libmosquitto to causes that a user can act on.
extension BrokerConnection {
    /// Turns a code of libmosquitto into an error that names the real cause.
    func check(_ call: String, _ code: CInt) throws(MosquittoError) {
        guard code != CInt(MOSQ_ERR_SUCCESS.rawValue) else { return }
        throw error(call, code, errno: errno)
    }

    /// What a connection that stood breaks off with; EPROTO is libmosquitto's word for any failure within TLS.
    static let brokenOff: Set<CInt> = [EPROTO, EPIPE, ECONNRESET]

    func error(_ call: String, _ code: CInt, errno number: CInt) -> MosquittoError {
        let isAccepted = diagnosis.connack == 0
        let cause: MosquittoError.Cause
        switch code {
        case _ where (diagnosis.connack ?? 0) != 0: cause = .refused(code: diagnosis.connack ?? 0)
        case CInt(MOSQ_ERR_TLS.rawValue): cause = .tls(tlsFault())
        // An alert of the broker after our part of the handshake looks like the end of the connection.
        case _ where settings.tls.enabled && !isAccepted && !diagnosis.log.isEmpty: cause = .tls(tlsFault())
        // Within TLS nobody sees what it was.
        case CInt(MOSQ_ERR_PROTOCOL.rawValue) where !isAccepted, CInt(MOSQ_ERR_MALFORMED_PACKET.rawValue) where !isAccepted:
            cause = .notMQTT(.other(nil))
        // RabbitMQ before 3.13 confirms with a PUBACK what wants a PUBREC, which libmosquitto takes for the end of all order.
        case CInt(MOSQ_ERR_PROTOCOL.rawValue) where unconfirmed.values.contains { min($0.message.qos, limits.qos) == 2 }: cause = .noQoS2
        case CInt(MOSQ_ERR_KEEPALIVE.rawValue): cause = .keepAlive
        case CInt(MOSQ_ERR_CONN_LOST.rawValue), CInt(MOSQ_ERR_NO_CONN.rawValue):
            cause = isAccepted ? .lost(errno: 0) : .closedBeforeAccept
        case CInt(MOSQ_ERR_ERRNO.rawValue) where isAccepted: cause = .lost(errno: number)
        case CInt(MOSQ_ERR_ERRNO.rawValue) where Self.brokenOff.contains(number):
            cause = .closedBeforeAccept
        default: cause = .library(call: call, code: code, errno: number)
        }
        return MosquittoError(broker: broker, cause: cause, words: diagnosis.words)
    }

    private func tlsFault() -> TLSFault {
        TLSFault(verification: diagnosis.verification, log: diagnosis.log)
    }
}
