/// When the faults of an emulated meter happen: each begins once, with the first telegram whose time by the meter's clock
/// is at least `at` seconds after that of the first telegram.
///
/// A `clockJump` moves that clock: an hour ahead brings the faults of that hour along at once, an hour back lets those
/// that follow wait an hour longer. A `clockChange` moves no fault: it leads to one night of the year wherever that is,
/// and a script goes on through that night.
struct FaultSchedule: Sendable {
    private let faults: [EmulatorFault]
    /// Milliseconds of meter time between telegrams.
    private let interval: Int64
    /// The number of the first telegram of each fault that has begun.
    private var firsts: [Int64?]
    /// Milliseconds that the meter's clock was moved ahead.
    private var jumped: Int64 = 0

    init(_ faults: [EmulatorFault], every interval: Int64) {
        self.faults = faults
        self.interval = interval
        firsts = faults.map { _ in nil }
    }

    /// The faults that begin with a telegram, in the order of the script; those that a jump brings along follow it.
    mutating func begin(_ number: Int64) -> [EmulatorFault] {
        var begun: [EmulatorFault] = []
        var hasJumped = true
        while hasJumped {
            hasJumped = false
            let passed = number * interval + jumped
            for (index, fault) in faults.enumerated() where firsts[index] == nil && fault.at * 1000 <= passed {
                firsts[index] = number
                begun.append(fault)
                guard case .clockJump(let seconds) = fault.kind else { continue }
                jumped += seconds * 1000
                hasJumped = true
            }
        }
        return begun
    }

    /// The faults that concern a telegram. Only those that end say something here: a new meter stays.
    func active(_ number: Int64) -> [EmulatorFault] {
        zip(faults, firsts).compactMap { fault, first in
            first.flatMap { number - $0 < fault.telegrams ? fault : nil }
        }
    }
}
