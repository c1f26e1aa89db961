import Glibc
import P1Parser

/// Times the way of a telegram from bytes to typed readings: framing, checksum, objects, readings.
///
///     swift run -c release parse-benchmark FILE...
///
/// Each file holds telegrams with a valid checksum, one behind the other. Prints, between tabs: what was timed, the file,
/// the number of runs of 2 ms each, their median, least and most in nanoseconds for a telegram, and what one telegram
/// gave (frames or readings). `make bench-parse` puts it into words.
@main
enum ParseBenchmark {
    static let runs = 50

    static func main() {
        let paths = CommandLine.arguments.dropFirst()
        guard !paths.isEmpty else { return fail("usage: parse-benchmark FILE...") }
        for path in paths {
            guard let telegrams = telegrams(in: path) else { return fail("cannot read \(path)") }
            guard !telegrams.isEmpty else { return fail("\(path) holds no telegram with a valid checksum") }
            measure("frame", path, telegrams, parses: false)
            measure("frame and parse", path, telegrams, parses: true)
        }
    }

    private static func measure(_ name: String, _ path: String, _ telegrams: [[UInt8]], parses: Bool) {
        var framer = Framer()
        var reader = TelegramReader()
        var readings = 0
        // A telegram arrives as one chunk, as it does from a serial port that was asleep.
        func round() {
            for telegram in telegrams {
                if parses {
                    reader.feed(telegram.span) { if case .telegram(let telegram) = $0 { readings &+= telegram.readings.count } }
                } else {
                    framer.feed(telegram.span) { event in
                        if case .frame(let frame) = event, case .valid = frame.checksum { readings &+= 1 }
                    }
                }
            }
        }
        round()
        let perRound = readings
        var times: [Double] = []
        for _ in 0..<runs {
            let start = nanoseconds()
            var elapsed = 0.0
            var rounds = 0
            repeat {
                round()
                rounds += 1
                elapsed = nanoseconds() - start
            } while elapsed < 2e6
            times.append(elapsed / Double(rounds * telegrams.count))
        }
        times.sort()
        print(
            "\(name)\t\(path)\t\(runs)\t\(Int(times[runs / 2]))\t\(Int(times[0]))\t\(Int(times[runs - 1]))"
                + "\t\(perRound / telegrams.count)")
    }

    /// Time that passed. That of the process alone would leave out what else runs on the machine, but virtual machines
    /// count it wrongly, by half and more; of many short runs the least has had the processor for itself.
    private static func nanoseconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }

    private static func telegrams(in path: String) -> [[UInt8]]? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        while true {
            let byte = getc(file)
            if byte == EOF { break }
            bytes.append(UInt8(truncatingIfNeeded: byte))
        }
        var framer = Framer()
        var telegrams: [[UInt8]] = []
        framer.feed(bytes.span) { event in
            if case .frame(let frame) = event, case .valid = frame.checksum { telegrams.append(frame.bytes) }
        }
        return telegrams
    }

    private static func fail(_ text: String) {
        let line = Array((text + "\n").utf8)
        _ = write(STDERR_FILENO, line, line.count)
        exit(2)
    }
}
