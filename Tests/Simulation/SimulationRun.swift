import Glibc
import P1MQTTMeter
import P1MQTTSystem

/// Goes through seeds until the time is over, and ends with the first that fails, told as shortly as can be.
///
/// The entry point of a program that `Tests/Simulation/run` links of this module, for thousands of stories in a release build.
/// Arguments: seconds, first seed, telegrams of a story.
@_cdecl("simulate")
public func simulate(_ count: CInt, _ arguments: UnsafeMutableRawPointer?) -> CInt {
    let numbers = CommandLine.arguments.dropFirst().compactMap { Int64($0) }
    guard numbers.count == 3 else {
        print("Usage: simulate SECONDS SEED TELEGRAMS")
        return 2
    }
    let end = Moment.now().monotonic + numbers[0] * 1000
    var seed = UInt64(numbers[1])
    repeat {
        let story = Story(seed: seed, telegrams: Int(numbers[2]))
        if let fault = Simulation.fault(of: story) {
            // To shorten it takes many times as long.
            print("\(fault)\n\(story)")
            fflush(nil)
            if let (shortest, fault) = Simulation.shortest(story) { print("\(fault)\n\(shortest)") }
            return 1
        }
        seed += 1
    } while Moment.now().monotonic < end
    print("\(seed - UInt64(numbers[1])) stories of \(numbers[2]) telegrams, the last of seed \(seed - 1): no fault")
    return 0
}
