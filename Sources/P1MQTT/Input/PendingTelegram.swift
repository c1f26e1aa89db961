package import SystemPackage

/// What the other end has not taken yet of a telegram. It holds one telegram at most: a reader that is slower than
/// the meter misses whole telegrams and never gets a torn one.
package struct PendingTelegram: Sendable {
    package enum Outcome: Equatable, Sendable {
        /// All of it was taken.
        case done
        /// The other end takes no more at the moment.
        case waiting
        /// The other end is gone, or the system refuses: why.
        case failed(Errno)
    }

    private var bytes: [UInt8] = []
    private var sent = 0

    package init() {}

    /// Whether nothing is left to be taken.
    package var isEmpty: Bool { sent == bytes.count }

    /// Begins a telegram in place of whatever was left of the one before.
    package mutating func begin(_ telegram: [UInt8]) {
        bytes = telegram
        sent = 0
    }

    package mutating func clear() {
        bytes = []
        sent = 0
    }

    /// Writes as much as the other end takes.
    ///
    /// - Parameter write: is given the rest; returns how many bytes it took.
    package mutating func flush(_ write: (UnsafeRawBufferPointer) throws -> Int) -> Outcome {
        while !isEmpty {
            do {
                let count = try bytes.withUnsafeBytes { try write(UnsafeRawBufferPointer(rebasing: $0[sent...])) }
                if count == 0 { return .waiting }
                sent += count
            } catch Errno.wouldBlock {
                return .waiting
            } catch Errno.interrupted {
                continue
            } catch {
                return .failed(error as? Errno ?? .ioError)
            }
        }
        clear()
        return .done
    }
}
