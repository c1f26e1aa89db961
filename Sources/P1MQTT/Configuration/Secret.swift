/// A password or key. It shows itself nowhere: not in a description, not in `dump`, not in an error.
struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The secret itself; only where it is handed over.
    let exposed: String

    init(_ exposed: String) {
        self.exposed = exposed
    }

    var description: String { "(secret)" }
    var debugDescription: String { "(secret)" }
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
