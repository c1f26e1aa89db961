import Foundation
import TestSupport
@testable import P1MQTTMeter

/// A real Prometheus on a free port of the loopback that asks one program each half second, with a folder of its own.
final class Prometheus: @unchecked Sendable {
    // Sendable: a test asks it from one task at a time.
    static let path = find("prometheus")
    static let tool = find("promtool")
    static let absence = "prometheus is not installed (apt install prometheus)"

    let port: Int
    private let folder: TemporaryFolder
    private let process: pid_t

    private static func find(_ name: String) -> String? {
        ["/usr/bin/", "/usr/local/bin/"].map { $0 + name }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// - Parameter target: the port of the pages.
    init(target: Int) async throws {
        guard let path = Self.path else { throw SupportFailure(Self.absence) }
        folder = try TemporaryFolder()
        port = try freePort()
        let configuration = """
            global: {scrape_interval: 500ms, scrape_timeout: 400ms}
            scrape_configs: [{job_name: p1mqtt, static_configs: [{targets: ["127.0.0.1:\(target)"]}]}]
            """
        let file = try folder.write(configuration, to: "prometheus.yml")
        process = try spawn(
            [
                path, "--config.file=\(file)", "--storage.tsdb.path=\(folder.path("data"))",
                "--web.listen-address=127.0.0.1:\(port)", "--log.level=warn",
            ], output: folder.path("log"), leadsGroup: true)
        try await eventually("Prometheus is ready: \(self.log)", within: .seconds(60)) {
            guard isListening(port: self.port) else { return false }
            return try await self.get("/-/ready").hasPrefix("HTTP/1.0 200 ")
        }
    }

    deinit { killGroup(of: process) }

    var log: String { folder.content("log") }

    private func get(_ path: String) async throws -> String {
        let client = try TCPClient(port: port)
        client.send("GET \(path) HTTP/1.0\r\nHost: localhost\r\n\r\n")
        try await client.waitForEnd("the answer of Prometheus")
        return client.text
    }

    /// The samples that an expression has now.
    func query(_ expression: String) async throws -> [JSONTree] {
        let unreserved = CharacterSet.alphanumerics
        let escaped = expression.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
        let body = try await get("/api/v1/query?query=\(escaped)").split(separator: "\r\n\r\n", maxSplits: 1).last ?? ""
        let answer = try JSONReader.read(Array(body.utf8))
        guard answer["status"]?.text == "success", case .array(let result)? = answer["data"]?["result"] else {
            throw SupportFailure("Prometheus does not understand \(expression): \(body)")
        }
        return result
    }

    /// The value of the only sample that an expression has; `nil` without one.
    func value(_ expression: String) async throws -> String? {
        guard case .array(let pair)? = try await query(expression).first?["value"] else { return nil }
        return pair.last?.text
    }
}
