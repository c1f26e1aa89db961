import Foundation
import TestSupport

/// A device that is asked over HTTP, as HomeWizard documents its own, and with paths that behave badly: a server of Python's
/// standard library on a free port.
final class HTTPDevice: @unchecked Sendable {
    // Sendable: a test changes it from one task at a time.
    static let token = "0123456789ABCDEF0123456789ABCDEF"

    let port: Int
    let folder: TemporaryFolder
    private var process: pid_t?

    /// - Parameters:
    ///   - telegram: the newest; without one there is none yet.
    ///   - certificate: its name among the certificates; without one it speaks no TLS.
    convenience init(telegram: [UInt8]? = nil, certificate: (Certificates, String)? = nil) async throws {
        try self.init(starting: telegram, certificate: certificate)
        try await eventually("a device on port \(port): \(folder.content("log"))") { isListening(port: port) }
    }

    /// The same without a wait until it listens.
    init(starting telegram: [UInt8]?, port: Int? = nil, certificate: (Certificates, String)? = nil) throws {
        let port = try port ?? freePort()
        let folder = try TemporaryFolder()
        self.port = port
        self.folder = folder
        let script = try folder.write(Self.script, to: "device.py")
        try folder.write(Self.token, to: "token")
        try folder.write(#"{"product_name": "P1 Meter", "product_type": "HWE-P1", "serial": "5c2fafaabbcc"}"#, to: "about")
        let files = certificate.map { [$0.path("\($1).crt"), $0.path("\($1).key")] } ?? []
        process = try spawn(["/usr/bin/python3", script, folder.path, "\(port)"] + files, output: folder.path("log"))
        if let telegram { try put(telegram) }
    }

    deinit { stop() }

    func stop() {
        guard let process else { return }
        kill(process, SIGKILL)
        exitCode(of: process)
        self.process = nil
    }

    /// The newest telegram from now on.
    func put(_ telegram: [UInt8]) throws {
        try folder.write(telegram, to: "telegram.new")
        guard rename(folder.path("telegram.new"), folder.path("telegram")) == 0 else { throw SupportFailure("errno \(errno)") }
    }

    /// Somebody presses the button.
    func pressButton() throws { try folder.write("", to: "button") }

    /// What it was asked, a line each: number of the connection, method, path, and some lines of the header.
    var requests: [String] { folder.content("requests").split(separator: "\n").map(String.init) }

    func url(_ path: String, scheme: String = "http", host: String = "127.0.0.1") -> String { "\(scheme)://\(host):\(port)\(path)" }

    /// JSON of a meter that asks it.
    /// - Parameter more: further settings of the source, each with a comma in front.
    func meter(_ path: String, scheme: String = "http", type: String = "http", more: String = "") -> String {
        "{\"source\": {\"type\": \"\(type)\", \"url\": \"\(url(path, scheme: scheme))\"\(more)}}"
    }

    private static let script = #"""
        import base64, gzip, hashlib, http.server, os, ssl, struct, sys, threading, time

        folder, port = sys.argv[1], int(sys.argv[2])
        certificate = sys.argv[3:5]
        connections = asked = 0


        def content(name):
            try:
                with open(os.path.join(folder, name), "rb") as file:
                    return file.read()
            except FileNotFoundError:
                return None


        class Device(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                global connections
                connections += 1
                self.number = connections
                super().setup()

            def log_message(self, *arguments):
                pass

            def note(self):
                names = ["Authorization", "X-Api-Version", "Accept-Encoding"]
                given = " ".join(f"{name}={self.headers[name]}" for name in names if self.headers[name])
                with open(os.path.join(folder, "requests"), "a") as file:
                    file.write(f"{self.number} {self.command} {self.path} {given}\n")

            def answer(self, status, body, kind="text/plain", more={}):
                self.send_response(status)
                for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **more}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def error(self, status, error):
                self.answer(status, b'{"error": "%s"}' % error.encode(), "application/json")

            def do_POST(self):
                self.note()
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with open(os.path.join(folder, "posted"), "wb") as file:
                    file.write(body)
                if self.path != "/api/user":
                    self.error(404, "request:unknown")
                elif content("button") is None:
                    self.error(403, "user:creation-not-enabled")
                else:
                    self.answer(200, b'{"token": "%s", "name": "local/p1mqtt"}' % content("token"), "application/json")

            def do_GET(self):
                self.note()
                _, first, *rest = self.path.split("?")[0].split("/")
                if self.path == "/api" or self.path.startswith("/api/") and not self.path.startswith("/api/v1"):
                    if self.headers["Authorization"] != "Bearer " + content("token").decode():
                        return self.error(401, "user:unauthorized")
                    if self.path == "/api":
                        return self.answer(200, content("about"), "application/json")
                if first == "api":
                    telegram = content("telegram")
                    return self.answer(200, telegram) if telegram else self.answer(503, b"telegram:no-telegram-received")
                getattr(self, "get_" + first, self.missing)(*rest)

            def missing(self, *rest):
                self.error(404, "request:unknown")

            def get_status(self, status, *words):
                self.answer(int(status), " ".join(words).replace("%20", " ").encode())

            def get_page(self):
                self.answer(200, b"<!DOCTYPE html>\n<html>a page</html>", "text/html")

            def get_json(self):
                self.answer(200, b'{"power": 1}', "application/json")

            def get_bomb(self):
                self.answer(200, gzip.compress(bytes(50_000_000)), more={"Content-Encoding": "gzip"})

            def get_redirect(self):
                self.answer(302, b"", more={"Location": f"http://localhost:{port}/api/v1/telegram"})

            def get_endless(self):
                self.send_response(200)
                self.end_headers()
                while True:
                    self.wfile.write(b"1-0:1.8.1(000001.000*kWh)\r\n" * 100)

            def get_headers(self):
                self.send_response(200)
                for number in range(5_000):
                    self.send_header(f"X-Header-{number}", "x" * 60)
                self.answer(200, b"")

            def get_slow(self):
                self.send_response(200)
                self.end_headers()
                for byte in content("telegram"):
                    self.wfile.write(bytes([byte]))
                    time.sleep(0.1)

            def get_cut(self):
                self.send_response(200)
                self.send_header("Content-Length", "1000")
                self.end_headers()
                self.wfile.write(content("telegram")[:100])
                self.close_connection = True

            def get_lossy(self, losses):
                # So many of each ten requests are lost, none of the first.
                global asked
                asked += 1
                if asked % 10 >= 10 - int(losses):
                    return self.get_cut()
                self.answer(200, content("telegram"))

            def get_never(self):
                time.sleep(600)

            def get_rubbish(self):
                self.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")
                self.close_connection = True

            def get_ws(self, kind="telegrams"):
                key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
                accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
                self.send_response(101)
                for name, value in {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": accept}.items():
                    self.send_header(name, value)
                self.end_headers()
                telegram = content("telegram")
                if kind == "telegrams":
                    # Text, a ping, binary, and one message in two frames, cut anywhere.
                    self.frame(0x1, telegram[:100])
                    self.frame(0x9, b"are you there?")
                    self.frame(0x2, telegram[100:333])
                    self.frame(0x1, telegram[333:500], last=False)
                    self.frame(0x0, telegram[500:])
                    opcode, payload = self.read_frame()
                    with open(os.path.join(folder, "pong"), "wb") as file:
                        file.write(b"%d " % opcode + payload)
                    self.frame(0x2, telegram)
                if kind == "goodbye":
                    self.frame(0x8, b"\x03\xe8")
                    self.close_connection = True
                    return
                time.sleep(600)

            def frame(self, opcode, payload, last=True):
                size = bytes([len(payload)]) if len(payload) < 126 else b"\x7e" + struct.pack(">H", len(payload))
                self.wfile.write(bytes([opcode | (0x80 if last else 0)]) + size + payload)

            def read_frame(self):
                opcode, size = self.rfile.read(2)
                mask = self.rfile.read(4)
                payload = self.rfile.read(size & 0x7F)
                return opcode & 0xF, bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))


        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                pass

            def get_request(self):
                # The handshake of TLS may take as long as it likes: it is that of the thread.
                request, address = super().get_request()
                return (context.wrap_socket(request, server_side=True, do_handshake_on_connect=False) if context else request), address


        context = None
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
        Server(("127.0.0.1", port), Device).serve_forever()
        """#
}

extension Certificates {
    /// Serial number of the device, and what its certificate is for.
    static let serial = "5c2fafaabbcc"
    static let deviceName = "appliance/p1dongle/\(serial)"

    /// Makes a certificate as HomeWizard's devices have one: its subject is the name, beside which it may have another.
    func issueDevice(_ name: String, alternative: String) throws {
        try issue(name, for: "DNS:\(alternative)", subject: Self.deviceName.replacingOccurrences(of: "/", with: "\\/"))
    }
}
