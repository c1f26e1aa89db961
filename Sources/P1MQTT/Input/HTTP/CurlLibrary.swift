import CCurl

/// libcurl, opened when a configuration with a meter that needs it is read: it and what it needs take four megabytes. Never closed.
package enum CurlLibrary {
    private static let fault: String? = p1_curl_open().map { String(cString: $0) }

    /// Opens it, and says why a URL cannot be asked with it.
    package static func need(_ scheme: HTTPURL.Scheme) throws(SourceError) {
        if let fault {
            throw SourceError(
                .library, "libcurl is needed and cannot be used: \(fault)", remedy: "Install it: `apt install libcurl4`.")
        }
        guard !p1_curl_has(scheme.rawValue) else { return }
        let version = String(cString: p1_curl_version())
        if scheme == .ws || scheme == .wss {
            throw SourceError(
                .library, "libcurl \(version), the one installed here, has no WebSocket",
                remedy: "Use one of version 8.11 or later, as Debian 13 has.")
        }
        throw SourceError(.library, "libcurl \(version), the one installed here, has no \(scheme.rawValue)")
    }
}
