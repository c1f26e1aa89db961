import Foundation
import Testing
@testable import P1MQTT
@Test func tmpGolden() throws {
    for name in EmulatorProfile.names {
        var s = GoldenTelegrams.settings
        s.profile = name
        var meter = try EmulatedMeter(s, seed: 42, now: 0)
        for _ in 0..<12 { meter.skip() }
        try Data(meter.next()).write(to: URL(fileURLWithPath: "/tmp/fz/golden-\(name)"))
    }
}
