import CMicrohttpd
import Glibc
package import P1MQTTMeter
import P1MQTTSystem
import SystemPackage

/// What a page says.
package struct Page {
    package enum Body {
        case text(String)
        /// Portion by portion, until there is none.
        case portions(() -> [UInt8]?)
    }

    package var status: UInt32
    package var type: String
    /// One more header.
    package var header: (name: String, value: String)?
    package var body: Body

    package init(
        status: UInt32 = 200, type: String = "text/plain; charset=utf-8", header: (name: String, value: String)? = nil, _ body: Body
    ) {
        self.status = status
        self.type = type
        self.header = header
        self.body = body
    }
}

/// Answers requests for pages over HTTP, with libmicrohttpd and without a thread of its own. Only GET and HEAD; one request
/// for each connection; whoever takes too long with it is hung up on, however busy he looks.
package final class PageServer: PortService {
    /// What helps where the library is missing.
    package static let remedy = "Install it: apt install libmicrohttpd12 (Debian 13: libmicrohttpd12t64)."

    private static let limits = p1_http_limits(connections: 16, connections_of_address: 8, timeout: 10, memory: 16 * 1024)
    /// Milliseconds that a connection lasts at most.
    private static let lifetime: Int64 = 30_000

    /// Never `nil` once it is made; the calls that make it need the object.
    private var daemon: OpaquePointer?
    private let answer: (String, Moment) -> Page
    private var now: Moment
    /// When each connection has to be over, by its address in the library.
    private var connections: [OpaquePointer: Int64] = [:]
    private var nextRun: Int64?
    /// Until when nobody is let in, because the process has no descriptor left.
    private var pausedUntil: Int64?
    private static let pause: Int64 = 1000

    /// Why the library cannot be opened; `nil` when it can.
    package static var missingLibrary: String? { p1_http_open().map { String(cString: $0) } }

    /// - Parameters:
    ///   - host: a literal address of this machine.
    ///   - answer: the page of a path.
    package init(host: String, port: Int, at now: Moment, answer: @escaping (_ path: String, _ now: Moment) -> Page) throws(OutputError) {
        self.answer = answer
        self.now = now
        let what = "cannot listen on \(host), port \(port)"
        if let reason = Self.missingLibrary {
            throw OutputError(what: "libmicrohttpd cannot be opened (\(reason))", code: .noSuchFileOrDirectory, remedy: Self.remedy)
        }
        let listener = try ListeningSocket(host: host, port: port)
        // The library closes its own at its end.
        let socket = fcntl(listener.raw, F_DUPFD_CLOEXEC, 0)
        guard socket >= 0 else { throw OutputError(what: what, code: Errno(rawValue: errno), remedy: ListeningSocket.descriptorRemedy) }
        daemon = p1_http_start(socket, Self.limits, handleRequest, noteConnection, Unmanaged.passUnretained(self).toOpaque())
        if daemon == nil {
            close(socket)
            throw OutputError(what: what, code: .noMemory, remedy: ListeningSocket.descriptorRemedy)
        }
    }

    deinit {
        if let daemon { p1_http_stop(daemon) }
    }

    package var descriptor: CInt? { pausedUntil == nil ? daemon.map { p1_http_descriptor($0) } : nil }

    package var deadline: Int64? { [pausedUntil ?? nextRun, connections.values.min()].compactMap(\.self).min() }

    package func serve(at now: Moment) {
        guard let daemon else { return }
        self.now = now
        pausedUntil = nil
        // Without a descriptor for it the library would try again and again to let somebody in.
        let spare = connections.isEmpty ? fcntl(p1_http_descriptor(daemon), F_DUPFD_CLOEXEC, 0) : nil
        if let spare {
            guard spare >= 0 else {
                pausedUntil = now.monotonic + Self.pause
                return
            }
            close(spare)
        }
        for (connection, end) in connections where end <= now.monotonic {
            // The library sees the end of it, and closes it.
            shutdown(p1_http_socket(connection), CInt(SHUT_RDWR))
            connections[connection] = now.monotonic + Self.lifetime
        }
        let timeout = p1_http_run(daemon)
        nextRun = timeout < 0 ? nil : now.monotonic + timeout
    }

    fileprivate func note(_ connection: OpaquePointer, isOpen: Bool) {
        connections[connection] = isOpen ? now.monotonic + Self.lifetime : nil
    }

    fileprivate func respond(to connection: OpaquePointer, method: String, path: String) -> MHD_Result {
        guard ["GET", "HEAD"].contains(method) else {
            return send(Page(status: 405, header: ("Allow", "GET, HEAD"), .text("Only GET and HEAD are answered.\n")), on: connection)
        }
        return send(answer(path, now), on: connection)
    }

    private func send(_ page: Page, on connection: OpaquePointer) -> MHD_Result {
        switch page.body {
        case .text(let text):
            Array(text.utf8).withUnsafeBytes {
                p1_http_answer(connection, page.status, page.type, page.header?.name, page.header?.value, $0.baseAddress, $0.count)
            }
        case .portions(let next):
            p1_http_stream(
                connection, page.type, readPortion, releasePortions, Unmanaged.passRetained(Portions(next)).toOpaque())
        }
    }
}

/// A page that is on its way.
private final class Portions {
    private let next: () -> [UInt8]?
    private var portion: ArraySlice<UInt8> = []

    init(_ next: @escaping () -> [UInt8]?) { self.next = next }

    /// - Returns: how many bytes were filled in; 0 at the end.
    func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        while portion.isEmpty {
            guard let more = next() else { return 0 }
            portion = more[...]
        }
        let part = portion.prefix(buffer.count)
        buffer.copyBytes(from: part)
        portion = portion.dropFirst(part.count)
        return part.count
    }
}

private let handleRequest: MHD_AccessHandlerCallback = { context, connection, path, method, _, _, _, _ in
    guard let context, let connection, let path, let method else { return p1_http_refused }
    let server = Unmanaged<PageServer>.fromOpaque(context).takeUnretainedValue()
    return server.respond(to: connection, method: String(cString: method), path: String(cString: path))
}

private let noteConnection: MHD_NotifyConnectionCallback = { context, connection, _, code in
    guard let context, let connection else { return }
    let server = Unmanaged<PageServer>.fromOpaque(context).takeUnretainedValue()
    server.note(connection, isOpen: p1_http_has_begun(code) != 0)
}

private let readPortion: MHD_ContentReaderCallback = { context, _, buffer, count in
    guard let context, let buffer else { return -1 }
    let filled = Unmanaged<Portions>.fromOpaque(context).takeUnretainedValue()
        .fill(UnsafeMutableRawBufferPointer(start: buffer, count: count))
    // MHD_CONTENT_READER_END_OF_STREAM, a macro with a cast that Swift does not import.
    return filled == 0 ? -1 : filled
}

private let releasePortions: MHD_ContentReaderFreeCallback = { context in
    if let context { Unmanaged<Portions>.fromOpaque(context).release() }
}
