/// Which of the meters of a topic with `+` a program takes, where several programs share them.
///
/// The meter's name decides, which is the level of its own topics: then two topics that lead to one name come to one
/// program, and which program a retained document belongs to can be seen from its topic. The hash is FNV-1a with 64 bits
/// of the name, with its upper half XORed to its lower half; the rest of that on division by the number of programs, plus 1.
package struct WorkerShare: Sendable, Equatable {
    /// From 1 on.
    package let worker: Int
    /// How many there are.
    package let of: Int

    package init(worker: Int, of: Int) {
        self.worker = worker
        self.of = of
    }

    /// Whether a meter is one of this program's.
    package func owns(_ name: String) -> Bool { Self.worker(for: name, of: of) == worker }

    /// The program that a meter belongs to.
    package static func worker(for name: String, of count: Int) -> Int {
        let hash = UInt64(hashing: name)
        return Int((hash ^ hash >> 32) & 0xFFFF_FFFF) % count + 1
    }
}

/// The meters that may appear under a prefix: those of topics with `+`, without those that have settings of their own.
package struct FleetNames: Sendable, Equatable {
    private let prefix: String
    private let share: WorkerShare?
    /// Names of meters with settings of their own.
    private let others: Set<String>
    /// How many there may be.
    package let maximum: Int

    package init(prefix: String, share: WorkerShare? = nil, without others: Set<String> = [], maximum: Int) {
        self.prefix = prefix
        self.share = share
        self.others = others
        self.maximum = maximum
    }

    /// Whether a meter of this name may be one of them.
    package func owns(_ name: String) -> Bool {
        MeterName.isAllowed(name) && !others.contains(name) && share?.owns(name) ?? true
    }

    /// The name of the meter with a topic that ends so, `/json`; `nil` for any other topic.
    package func name(in topic: String, before ending: String) -> String? {
        guard topic.hasPrefix(prefix), topic.hasSuffix(ending), topic.utf8.count > prefix.utf8.count + ending.utf8.count + 1 else {
            return nil
        }
        let rest = topic.utf8.dropFirst(prefix.utf8.count).dropLast(ending.utf8.count)
        guard rest.first == UInt8(ascii: "/"), let name = String(rest.dropFirst()), owns(name) else { return nil }
        return name
    }

    /// The name of the meter that a topic of availability is about, its own or that of a meter on its M-Bus.
    package func name(inAvailability topic: String) -> String? {
        guard topic.hasSuffix("/availability") else { return nil }
        return name(in: topic, before: "/availability")
            ?? (1...4).lazy.compactMap { name(in: topic, before: "/mbus/\($0)/availability") }.first
    }
}
