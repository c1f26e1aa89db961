import Foundation
import TestSupport

/// One meter: sends a telegram, waits until the subscriber has all of it, sends the next; or whatever the plan says.
struct SoakMeter {
    /// How all meters send.
    enum Pace: Equatable {
        /// The next telegram when the last one has arrived, with faults on the wire.
        case lockstep
        /// So many milliseconds apart, whether they arrive or not.
        case free(Int64)
        case paused
    }

    var ledger: MeterLedger
    let line: SourceEnd
    private var random: SeededGenerator
    /// The telegram that is waited for, and since when.
    private var awaited: (n: Int, since: Int64)?
    private var isComplete = false
    /// What was sent since the last telegram that is known to have arrived, for whoever looks for the reason.
    private var unconfirmed: [UInt8] = []
    private var nextFree: Int64 = 0
    private var rest: [UInt8] = []
    private var isHangingUp = false
    /// Faults of this source end at these monotonic milliseconds.
    private(set) var silentUntil: Int64 = 0
    private var floodUntil: Int64 = 0

    /// Milliseconds that a telegram may take while nothing stands in its way: far more than it does, but for one behind
    /// noise that looks like an encrypted telegram, for whose rest the program waits 10 s.
    private static let limit: Int64 = 15_000
    private static let faultsPerHundred = 15

    init(_ model: MeterModel, line: SourceEnd, seed: UInt64) {
        ledger = MeterLedger(model)
        self.line = line
        random = SeededGenerator(seed: seed)
    }

    var isWaiting: Bool { awaited != nil }
    /// Neither silent nor without a line nor flooding.
    func isCalm(at now: Int64) -> Bool { line.isConnected && now >= silentUntil && now >= floodUntil && !isHangingUp }

    mutating func beSilent(until: Int64) { silentUntil = until }
    mutating func flood(until: Int64) { floodUntil = until }
    mutating func dropLine() { isHangingUp = true }

    /// An outage begins or ends: nothing is waited for.
    mutating func startOver() {
        awaited = nil
        isComplete = false
    }

    mutating func turn(_ pace: Pace, at now: Int64, _ report: inout SoakReport) {
        line.turn()
        guard line.isConnected, now >= silentUntil else { return startOver() }
        if !rest.isEmpty {
            send(rest)
            rest = []
        }
        switch pace {
        case .paused: return
        case .free(let pause):
            guard now >= nextFree, line.isFlushed else { return }
            nextFree = now + pause
            line.send(plain(&report))
        case .lockstep:
            if now < floodUntil {
                startOver()
                while line.isFlushed { line.send(plain(&report)) }
            } else {
                step(at: now, &report)
            }
        }
    }

    private mutating func step(at now: Int64, _ report: inout SoakReport) {
        if let (n, since) = awaited {
            if ledger.documented < n {
                guard now - since > Self.limit else { return }
                let file = "lost-\(ledger.model.name)-\(n)"
                _ = FileManager.default.createFile(atPath: file, contents: Data(unconfirmed))
                report.note(.lostTelegram, "\(ledger.model.name): telegram \(n); what was sent is in \(file)")
                isComplete = false
            } else {
                isComplete = true
            }
        }
        awaited = nil
        guard line.isFlushed else { return }
        unconfirmed = []
        if isHangingUp { return hangUp() }
        // Whatever goes wrong, the telegram behind it has to arrive.
        if Int.random(in: 0..<100, using: &random) < Self.faultsPerHundred, isComplete {
            // A glitch behind a glitch of the same register would begin to confirm it.
            let faults = WireFault.allCases.filter { $0 != .glitch || !ledger.isGlitched }
            let fault = faults.randomElement(using: &random) ?? .noise
            report.inject(fault.rawValue)
            isComplete = fault == .glitch || fault == .portions
            damage(fault, &report)
        }
        if rest.isEmpty { send(plain(&report)) }
        awaited = (ledger.sent, now)
    }

    /// A good telegram, the next one.
    private mutating func plain(_ report: inout SoakReport) -> [UInt8] { next(nil, &report) }

    private mutating func next(_ glitch: MeterModel.Glitch?, _ report: inout SoakReport) -> [UInt8] {
        ledger.send(ledger.sent + 1, glitch, isStrict: isComplete)
        report.telegrams += 1
        return ledger.model.telegram(ledger.sent, glitch)
    }

    private mutating func send(_ bytes: [UInt8]) {
        unconfirmed += bytes
        line.send(bytes)
    }

    private mutating func damage(_ fault: WireFault, _ report: inout SoakReport) {
        switch fault {
        case .bitErrors:
            // Three bits can end a telegram early and join its rest with the line that the next one begins with.
            send(WireFault.bitErrors(plain(&report), &random) + plain(&report))
        case .cut: send(WireFault.cut(plain(&report), &random))
        case .merged: send(WireFault.merged(plain(&report), plain(&report), &random))
        case .repeated:
            let telegram = plain(&report)
            report.telegrams += 1
            send(telegram + telegram)
        case .noise: send(WireFault.noise(&random))
        case .glitch:
            // Awaited like any other: the next good one is sent when it has arrived.
            rest = next(MeterModel.Glitch.allCases.randomElement(using: &random), &report)
        case .portions:
            let telegram = plain(&report)
            let at = Int.random(in: 1..<telegram.count, using: &random)
            send(Array(telegram[..<at]))
            rest = Array(telegram[at...])
        }
    }

    /// In the middle of a telegram.
    private mutating func hangUp() {
        send(WireFault.cut(ledger.model.telegram(ledger.sent + 1), &random))
        line.hangUp()
        isHangingUp = false
        startOver()
    }
}
