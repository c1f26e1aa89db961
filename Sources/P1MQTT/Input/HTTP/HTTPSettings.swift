package import P1MQTTSystem

/// A device that has the newest telegram at a URL.
package struct HTTPSettings: Sendable, Equatable {
    /// Milliseconds between two requests that may be configured; makers ask for no more than two a second.
    package static let intervals: ClosedRange<Int64> = 500...3_600_000

    package var url: HTTPURL
    /// Milliseconds from one request to the next.
    package var interval: Int64 = 1000
    package var token: Secret?
    /// Read again each time the source is opened.
    package var tokenFile: String?
    package var trust = TLSTrust()

    package init(url: HTTPURL = HTTPURL(scheme: .http, host: "localhost", path: "/")) {
        self.url = url
    }

    /// Whether a text can stand in a header.
    package static func isToken(_ text: String) -> Bool {
        1...1024 ~= text.utf8.count && text.utf8.allSatisfy { 0x21...0x7E ~= $0 }
    }
}

/// Whom to believe to be the server.
package struct TLSTrust: Sendable, Equatable {
    /// Certificate authorities to trust; `nil`: those of the system.
    package var caFile: String?
    /// What the certificate has to be for; `nil`: the host of the URL.
    package var serverName: String?
    /// `false` accepts any certificate.
    package var verify = true
    /// `false` accepts any name in a certificate of the right authority.
    package var verifiesName = true

    package init(caFile: String? = nil, serverName: String? = nil, verify: Bool = true) {
        self.caFile = caFile
        self.serverName = serverName
        self.verify = verify
    }
}
