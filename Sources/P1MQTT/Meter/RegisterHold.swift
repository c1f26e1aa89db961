import P1Parser

/// A register that the guard began to hold back, as the event `heldRegister` reports it.
package struct RegisterHold: Sendable, Equatable {
    package enum Reason: String, Sendable {
        /// Zero after a value that was not.
        case zero
        /// Less than before.
        case stepBack
        /// More than can have flowed since the value before.
        case tooLarge
        /// A value in another unit than before.
        case otherUnit
    }

    /// Its place in the JSON document; also its topic.
    package var path: String
    /// Whose register it is, as sent; `nil` for a meter without an id.
    package var equipmentId: String?
    package var reason: Reason
    package var held: RegisterSample
    /// The last accepted value, which stays in the document.
    package var last: RegisterSample

    package var event: MeterEvent {
        MeterEvent(.heldRegister, time: held.time) {
            $0.member("path", path)
            $0.member("equipmentId", equipmentId?.sanitised)
            $0.member("reason", reason.rawValue)
            $0.member("value", held.value)
            $0.member("unit", held.unit?.rawValue)
            $0.member("lastValue", last.value)
            $0.member("lastUnit", last.unit?.rawValue)
            $0.member("lastTime", time: last.time)
        }
    }
}

extension RegisterHold: CustomStringConvertible {
    /// A sentence for the log.
    package var description: String {
        let why =
            switch reason {
            case .zero: "fell to zero"
            case .stepBack: "went back"
            case .tooLarge: "grew by more than can have flowed"
            case .otherUnit: "changed its unit"
            }
        return "\(path) \(why): \(Self.text(held)) after \(Self.text(last)); it is held back until it is confirmed"
    }

    private static func text(_ sample: RegisterSample) -> String {
        "\(sample.value)" + (sample.unit.map { " \($0.rawValue)" } ?? "")
    }
}
