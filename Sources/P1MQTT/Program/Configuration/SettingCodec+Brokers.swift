import P1MQTTBroker
import P1MQTTMeter

extension SettingCodec where Value == [BrokerHost] {
    /// One broker as text, several as a list; in an environment variable several stand with commas between them.
    static var brokers: Self {
        let name = JSONTree.schema("string")
        let most = BrokerList.maximum
        return SettingCodec(
            allowed: "a host name or IP address, with :PORT behind it if wanted (an IPv6 address then stands in [ ]), or a list of 1 to "
                + "\(most) of them",
            readsLiterals: false,
            fault: {
                do throws(BrokerList.Fault) {
                    _ = try BrokerList($0)
                    return nil
                } catch {
                    return error.text
                }
            },
            schema: .members([
                "anyOf": .array([
                    name, .members(["type": .text("array"), "items": name, "minItems": .number("1"), "maxItems": .number("\(most)")]),
                ])
            ])
        ) {
            // Why it is none, `fault` says.
            (try? BrokerList($0))?.hosts
        } encode: { hosts in
            let names = hosts.map { JSONTree.text($0.text) }
            return names.count == 1 ? names[0] : .array(names)
        }
    }
}

/// What `mqtt.host` may be.
private struct BrokerList {
    static let maximum = 16
    var hosts: [BrokerHost] = []

    struct Fault: Error {
        /// `nil`: nothing shorter than what is allowed.
        var text: String?
    }

    init(_ written: JSONTree) throws(Fault) {
        let items: [JSONTree]
        switch written {
        case .text(let text) where text.contains(","):
            items = text.split(separator: ",", omittingEmptySubsequences: false).map {
                .text($0.split(separator: " ").joined(separator: " "))
            }
        case .text: items = [written]
        case .array(let list): items = list
        default: throw Fault()
        }
        guard 1...Self.maximum ~= items.count else { throw Fault(text: "it names \(items.count) brokers") }
        for item in items {
            guard let name = item.text, let host = Self.host(name) else {
                throw Fault(
                    text: items.count == 1 && item == written ? nil : "\(item.shown) is no host name or IP address with or without :PORT")
            }
            if hosts.contains(host) { throw Fault(text: "it names \(item.shown) twice") }
            hosts.append(host)
        }
    }

    private static func host(_ text: String) -> BrokerHost? {
        // An IPv6 address alone needs no brackets.
        if let name = SettingCodec<String>.host.decode(.text(text)) { return BrokerHost(name) }
        // Why it is none, the list of what is allowed says.
        return try? BrokerURL.host(text[...])
    }
}

extension BrokerHost {
    fileprivate var text: String { port.map { BrokerAddress(host: name, port: $0).description } ?? name }
}
