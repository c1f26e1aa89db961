import Foundation

/// Usage: soak PROGRAM MINUTES [SEED]
@main enum SoakProgram {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard 3...4 ~= arguments.count, let minutes = Double(arguments[2]), let seed = UInt64(arguments.count > 3 ? arguments[3] : "1")
        else {
            print("usage: soak PROGRAM MINUTES [SEED]")
            exit(2)
        }
        exit(try await run(arguments[1], minutes, seed) ? 0 : 1)
    }

    /// Before the program exits all that it started has ended.
    private static func run(_ program: String, _ minutes: Double, _ seed: UInt64) async throws -> Bool {
        let soak = try await Soak(program: program, seed: seed)
        do {
            try await soak.run(for: Int64(minutes * 60_000))
            try soak.end()
        } catch is Soak.Ended {
            // Noted.
        }
        print(soak.report.text(soak.figures.samples))
        print("log                 \(soak.log.utf8.count) bytes")
        if !soak.report.isGood { print(soak.log) }
        return soak.report.isGood
    }
}
