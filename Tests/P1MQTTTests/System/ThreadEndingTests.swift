import Testing
@testable import P1MQTT
@testable import P1MQTTSystem

@Suite("Ending of a thread") struct ThreadEndingTests {
    @Test("a thread that ends by itself is waited for")
    func ends() async {
        let ran = Locked(false)
        await ThreadEnding(limit: 60_000).run(named: "test") { ran.withLock { $0 = true } }
        #expect(ran.withLock { $0 })
    }

    @Test("a thread that hangs is left behind after the limit", arguments: [true, false])
    func leftBehind(isAskedBefore: Bool) async {
        let ending = ThreadEnding(limit: 20)
        let (release, isAsked) = (WakeDescriptor(), isAskedBefore)
        if isAsked { ending.request() }
        await ending.run(named: "test") {
            if !isAsked { ending.request() }
            release.wait(milliseconds: 60_000)
        }
        #expect(ending.isRequested)
        release.wake()
    }
}
