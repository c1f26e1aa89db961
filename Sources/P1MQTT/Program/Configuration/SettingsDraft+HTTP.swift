import Glibc
import P1MQTTInput
import P1MQTTMeter
import P1MQTTSystem
import SystemPackage

/// What has to be there for sources that speak HTTP, and what in their settings is probably not meant so.
extension SettingsDraft {
    /// Reads the token, and looks for the library and the authorities.
    mutating func readHTTPFiles(_ place: String, _ source: inout SourceDraft, _ warnings: inout [String]) {
        if source.type == .http {
            settle("\(place).token", &source.http.token, &source.http.tokenFile, .token, &warnings)
            if let file = source.http.trust.caFile, access(file, R_OK) != 0 {
                reportGiven("\(place).caFile", "names \(file), which cannot be read: \(Errno(rawValue: errno))")
            }
        }
        guard let scheme = (source.type == .http ? source.httpURL : source.socketURL)?.scheme else { return }
        do throws(SourceError) {
            try CurlLibrary.need(scheme)
        } catch {
            reportGiven("\(place).type", "is \"\(source.type.rawValue)\": \(error)")
        }
    }

    func doubtsOfHTTP() -> [String] {
        meters.indices.flatMap { index -> [String] in
            guard case .http(let http) = meters[index].source.settings(named: nil) else { return [] }
            let place = "meters[\(index)].source"
            if http.url.scheme == .http {
                let unused = ["caFile", "serverName", "verify"].map { "\(place).\($0)" }.filter(isGiven)
                    .map { "\($0) has no effect while the url begins with http://" }
                return unused + (http.token == nil ? [] : ["\(place).url begins with http://: everybody on the way can read the token"])
            }
            if http.trust.verify { return [] }
            return ["\(place).verify is false: whoever answers in the device's place is trusted"]
        }
    }
}

extension SettingCodec where Value == HTTPURL {
    static func url(_ schemes: [HTTPURL.Scheme]) -> Self {
        let names = schemes.map { "\($0.rawValue)://" }
        return SettingCodec(
            allowed: "a URL that begins with " + names.joined(separator: " or "), readsLiterals: false, isSecret: true,
            fault: { written in
                guard let text = written.text else { return nil }
                do throws(HTTPURL.Fault) {
                    _ = try HTTPURL(text, schemes: schemes)
                    return nil
                } catch {
                    return error.text
                }
            },
            schema: .members(["type": .text("string"), "pattern": .text("^(\(schemes.map(\.rawValue).joined(separator: "|")))://")])
        ) {
            // Why it is none, `fault` says.
            $0.text.flatMap { try? HTTPURL($0, schemes: schemes) }
        } encode: {
            .text($0.text)
        }
    }
}

extension SettingCodec where Value == Secret {
    /// A token, as a header can carry it.
    static var token: Self {
        SettingCodec(
            allowed: "1 to 1024 letters, digits and signs without a blank", readsLiterals: false, isSecret: true, schema: .schema("string")
        ) {
            if case .text(let text) = $0, HTTPSettings.isToken(text) { Secret(text) } else { nil }
        } encode: { _ in
            .text("(secret)")
        }
    }
}
