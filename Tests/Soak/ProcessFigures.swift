import Foundation

/// Memory and descriptors of the program, from /proc.
struct ProcessFigures {
    struct Sample {
        /// kB of memory of its own (RssAnon).
        var memory: Int
        var descriptors: Int
    }

    let process: pid_t
    /// Those of calm moments: every meter connected, the broker well.
    private(set) var samples: [Sample] = []

    init(process: pid_t) {
        self.process = process
    }

    mutating func take() {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("RssAnon:") }),
            let memory = line.split(separator: " ").compactMap({ Int($0) }).first,
            let descriptors = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").count
            // A process that is gone is found by whoever waits for it.
        else { return }
        samples.append(Sample(memory: memory, descriptors: descriptors))
    }

    /// kB that memory may have grown: what an allocator keeps differs by some pages.
    static let allowance = 2048

    /// What is not flat, if anything.
    var growth: String? {
        guard let first = samples.first, let last = samples.last else { return "nothing could be measured" }
        if last.memory > first.memory + Self.allowance { return "memory grew from \(first.memory) to \(last.memory) kB" }
        if last.descriptors > first.descriptors { return "descriptors grew from \(first.descriptors) to \(last.descriptors)" }
        return nil
    }
}
