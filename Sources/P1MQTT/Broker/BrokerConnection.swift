import CMosquitto
import Glibc
import P1MQTTMeter
import P1MQTTSystem

/// One attempt at a connection and, when it succeeds, that connection: owns one handle of libmosquitto.
///
/// A new handle for each attempt, because 2.0.11 keeps its TLS context for the life of a handle and would not see a
/// renewed certificate. Everything here happens on the thread that made it; callbacks only note what came in.
final class BrokerConnection {
    let address: BrokerAddress
    /// `host:port`, for messages.
    var broker: String { address.description }
    let settings: MQTTSettings
    let handle: OpaquePointer

    /// Where messages of subscriptions go.
    let inbox: Inbox

    /// What the callbacks noted of the connection itself.
    var diagnosis = Diagnosis()
    /// What the callbacks noted since `takeEvents`.
    var events: [Event] = []
    /// What the broker takes, as far as it said so when it accepted.
    var limits: BrokerLimits
    /// What messages say beside their payload; `nil` with MQTT 3.1.1.
    let properties: MessageProperties?
    /// Messages that would be lost with the connection, by message id: those that the broker did not confirm yet.
    var unconfirmed: [CInt: (order: Int, message: Message)] = [:]
    var handedOver = 0
    /// Subscriptions that were not answered yet, by message id.
    var awaitedAnswers: [CInt: String] = [:]
    /// Ends of subscriptions that were not confirmed yet, by message id.
    var awaitedEnds: Set<CInt> = []

    /// Makes a handle with all its options; nothing is sent yet.
    init(
        settings: MQTTSettings, broker: BrokerAddress, clientId: String, will: Message?, inbox: Inbox, maximumQoS: CInt = 2
    ) throws(MosquittoError) {
        MosquittoLibrary.initialise()
        address = broker
        self.settings = settings
        self.inbox = inbox
        limits = BrokerLimits(version: settings.version, qos: maximumQoS)
        properties = settings.version == .v5 ? MessageProperties() : nil
        guard let handle = mosquitto_new(clientId, true, nil) else {
            throw MosquittoError(
                broker: broker.description,
                cause: .library(call: "mosquitto_new", code: CInt(MOSQ_ERR_ERRNO.rawValue), errno: errno))
        }
        self.handle = handle
        // Unretained: this object outlives its handle, which `deinit` frees.
        mosquitto_user_data_set(handle, Unmanaged.passUnretained(self).toOpaque())
        Self.setCallbacks(of: handle)
        try setOptions(will: will)
    }

    deinit {
        mosquitto_destroy(handle)
    }

    // MARK: - Before the connection

    private func setOptions(will: Message?) throws(MosquittoError) {
        let version = settings.version == .v5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311
        try check("mosquitto_int_option", mosquitto_int_option(handle, MOSQ_OPT_PROTOCOL_VERSION, version))
        // A batch is corked; nothing waits for TCP to acknowledge what went before.
        try check("mosquitto_int_option", mosquitto_int_option(handle, MOSQ_OPT_TCP_NODELAY, 1))
        // More wait within libmosquitto. The service stops before: what waits there is not replaced by newer values.
        try check("mosquitto_int_option", mosquitto_int_option(handle, MOSQ_OPT_SEND_MAXIMUM, CInt(limits.window)))
        let password = try readPassword()
        if settings.username != nil || password != nil {
            // An empty name where only a password is set: without one, MQTT 3.1.1 sends no password.
            let code = mosquitto_username_pw_set(handle, settings.username ?? "", password?.exposed)
            try check("mosquitto_username_pw_set", code)
        }
        if let will {
            let code = mosquitto_will_set(
                handle, will.topic, CInt(will.payload.count), will.payload, will.qos, will.retain)
            try check("mosquitto_will_set", code)
        }
        if settings.tls.enabled { try setTLS(settings.tls) }
    }

    /// From its file at each attempt, so that a password that was changed there is used without a restart.
    private func readPassword() throws(MosquittoError) -> Secret? {
        guard let path = settings.passwordFile else { return settings.password }
        do throws(SmallFile.Failure) {
            return try SecretFile.read(path).secret
        } catch {
            throw MosquittoError(
                broker: broker, cause: .unusableFile(path: path, setting: "mqtt.passwordFile", reason: error.reason))
        }
    }

    private func setTLS(_ tls: TLSSettings) throws(MosquittoError) {
        // The library only says "invalid" for a file that it cannot open.
        try checkReadable(tls.caFile, "mqtt.tls.caFile")
        try checkReadable(tls.certificateFile, "mqtt.tls.certificateFile")
        try checkReadable(tls.keyFile, "mqtt.tls.keyFile")
        if tls.caFile == nil {
            try check("mosquitto_int_option", mosquitto_int_option(handle, MOSQ_OPT_TLS_USE_OS_CERTS, 1))
        }
        let systemFolder = "/etc/ssl/certs"
        let code = mosquitto_tls_set(
            handle, tls.caFile, tls.caFile == nil ? systemFolder : nil, tls.certificateFile, tls.keyFile,
            // No pass phrase: without this, OpenSSL asks for one on the terminal and waits.
            { _, _, _, _ in 0 })
        try check("mosquitto_tls_set", code)
        try check("mosquitto_tls_opts_set", mosquitto_tls_opts_set(handle, tls.verify ? 1 : 0, "tlsv1.2", nil))
        try check("mosquitto_tls_insecure_set", mosquitto_tls_insecure_set(handle, !tls.verify))
    }

    private func checkReadable(_ path: String?, _ setting: String) throws(MosquittoError) {
        guard let path, access(path, R_OK) != 0 else { return }
        throw MosquittoError(broker: broker, cause: .unreadableFile(path: path, setting: setting, errno: errno))
    }

    // MARK: - Calls

    /// Starts to connect without waiting for TCP.
    /// - Parameter numeric: one of the addresses that the host's name leads to.
    func start(at numeric: String) throws(MosquittoError) {
        let code = p1_connect(handle, address.host, numeric, CInt(address.port), CInt(settings.keepAlive))
        let number = errno
        switch code {
        case CInt(MOSQ_ERR_SUCCESS.rawValue): return
        case CInt(MOSQ_ERR_EAI.rawValue):
            throw MosquittoError(broker: broker, cause: .unknownHost(String(cString: gai_strerror(number))))
        case CInt(MOSQ_ERR_ERRNO.rawValue) where !Self.brokenOff.contains(number):
            throw MosquittoError(broker: broker, cause: .unreachable(errno: number))
        default: throw error("mosquitto_connect_async", code, errno: number)
        }
    }

    /// To be called once the broker has accepted: from here on libmosquitto only queues what it is given, and all writing
    /// and its errors happen in `write`. Not before: what it writes within a handshake shows why one fails.
    func takeOverWriting() throws(MosquittoError) {
        try check("mosquitto_threaded_set", mosquitto_threaded_set(handle, true))
    }

    /// The socket, -1 when there is none.
    var socket: CInt { mosquitto_socket(handle) }

    /// Whether there are bytes that the socket did not take yet.
    var wantsWrite: Bool { mosquitto_want_write(handle) }

    /// Whether OpenSSL holds bytes that `poll` does not see.
    var holdsBytesBack: Bool { p1_tls_pending(handle) > 0 }

    /// The messages that would be lost with the connection, in the order in which they were published.
    var unconfirmedMessages: [Message] {
        unconfirmed.values.sorted { $0.order < $1.order }.map(\.message)
    }

    func subscribe(_ filter: String, qos: CInt) throws(MosquittoError) {
        var id: CInt = 0
        try check("mosquitto_subscribe", mosquitto_subscribe(handle, &id, filter, qos))
        awaitedAnswers[id] = filter
    }

    func unsubscribe(_ filter: String) throws(MosquittoError) {
        var id: CInt = 0
        try check("mosquitto_unsubscribe", mosquitto_unsubscribe(handle, &id, filter))
        awaitedEnds.insert(id)
    }

    /// Holds small segments back or lets them go, so that what libmosquitto writes packet by packet leaves in few.
    private func setCork(_ isHeldBack: Bool) {
        var value: CInt = isHeldBack ? 1 : 0
        // Fails only without a socket, which the next call reports.
        setsockopt(socket, CInt(IPPROTO_TCP), TCP_CORK, &value, socklen_t(MemoryLayout<CInt>.size))
    }

    /// Lets the system acknowledge what it has received. A broker that gathers small segments (mosquitto does by default) waits
    /// for that with its next one, and the system would wait 40 ms: that is felt while each answer is waited for at the start.
    func acknowledgeAtOnce() {
        var value: CInt = 1
        setsockopt(socket, CInt(IPPROTO_TCP), TCP_QUICKACK, &value, socklen_t(MemoryLayout<CInt>.size))
    }

    func read() throws(MosquittoError) { try check("mosquitto_loop_read", mosquitto_loop_read(handle, 1)) }

    /// Writes what waits, as far as the socket takes it, in few segments.
    func write() throws(MosquittoError) {
        // Before the broker has accepted, a handshake of TLS may wait for this call.
        guard wantsWrite || diagnosis.connack == nil else { return }
        setCork(true)
        defer { setCork(false) }
        try check("mosquitto_loop_write", mosquitto_loop_write(handle, 1))
    }

    /// Sends a ping when one is due, and ends a connection that did not answer one.
    func keepAlive() throws(MosquittoError) { try check("mosquitto_loop_misc", mosquitto_loop_misc(handle)) }

    /// Ends the session without its will.
    ///
    /// The library closes its socket at once. Where something lies in it unread, the system then throws away the goodbye that
    /// was just written, and the broker publishes the will: so the connection is held until the broker has closed it.
    func disconnect() throws(MosquittoError) {
        let socket = OwnedDescriptor(adopting: fcntl(mosquitto_socket(handle), F_DUPFD_CLOEXEC, 0))
        try check("mosquitto_disconnect", mosquitto_disconnect(handle))
        try write()
        let limit = Moment.now().monotonic + Self.goodbye
        shutdown(socket.raw, CInt(SHUT_WR))
        var bytes = [UInt8](repeating: 0, count: 4096)
        var waits = pollfd(fd: socket.raw, events: Int16(POLLIN), revents: 0)
        while poll(&waits, 1, CInt(max(0, limit - Moment.now().monotonic))) > 0, recv(socket.raw, &bytes, bytes.count, 0) > 0 {}
    }

    /// Milliseconds that a broker has to close the connection.
    private static let goodbye: Int64 = 300

    /// What the broker answered since the last time.
    func takeEvents() -> [Event] {
        defer { events.removeAll(keepingCapacity: true) }
        return events
    }
}
