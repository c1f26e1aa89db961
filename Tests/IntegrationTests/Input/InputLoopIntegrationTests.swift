import Glibc
import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTInput
@testable import P1MQTTMeter
@testable import P1MQTTSystem

@Suite("Input loop", .ownThreads)
struct InputLoopIntegrationTests {
    private let wake = WakeDescriptor()

    private func capture(_ folder: TemporaryFolder, bytes: Int) -> String {
        let path = "\(folder.path)/capture"
        let content = (0..<bytes).map { UInt8(ascii: "a") + UInt8($0 % 26) }
        let file = OwnedDescriptor(adopting: open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600))
        precondition(write(file.raw, content, content.count) == content.count)
        return path
    }

    @Test("returns when every file has ended")
    func files() throws {
        let folder = try TemporaryFolder()
        let path = capture(folder, bytes: 100_000)
        let recorder = Recorder()
        let loop = InputLoop(feeds: [Feed(source: FileSource(path: path), consumer: recorder)], wake: wake)
        loop.run { false }
        #expect(recorder.bytes.count == 100_000)
        #expect(recorder.kinds == [.connected, .ended])
    }

    @Test("leaves a file alone while the outbox is behind")
    func holdsBack() throws {
        let folder = try TemporaryFolder()
        let path = capture(folder, bytes: 100_000)
        let recorder = Recorder()
        var turns = 0
        var read: [Int] = []
        let loop = InputLoop(
            feeds: [Feed(source: FileSource(path: path), consumer: recorder)], wake: wake,
            pause: { recorder.bytes.count > 300 && turns < 20 ? 2 : nil },
            everyTurn: { _ in
                turns += 1
                read.append(recorder.bytes.count)
                return nil
            })
        loop.run { false }
        #expect(recorder.bytes.count == 100_000)
        #expect(read[6..<20].allSatisfy { $0 == read[6] && $0 < 100_000 })
    }

    @Test("sleeps while a file waits for a broker that is away, and goes on when it is back")
    func sleeps() throws {
        let folder = try TemporaryFolder()
        let recorder = Recorder()
        let isAway = Locked(true)
        let turns = Locked(0)
        let loop = InputLoop(
            feeds: [Feed(source: FileSource(path: capture(folder, bytes: 1000)), consumer: recorder)], wake: wake,
            pause: { isAway.withLock(\.self) ? .max : nil },
            everyTurn: { now in
                // Some time later, by another deadline, the broker is back.
                if turns.withLock({
                    $0 += 1; return $0
                }) == 3 {
                    isAway.withLock { $0 = false }
                }
                return now.monotonic + 50
            })
        loop.run { false }
        #expect(recorder.bytes.count == 1000)
        // One for each deadline, not one for each time that the file could have been read.
        #expect(turns.withLock(\.self) < 20)
    }

    @Test("reads what another thread posts, in order")
    func pushes() {
        let inbox = Inbox(wake: wake)
        let source = PushSource(name: "mqtt topic p1/raw")
        let recorder = Recorder()
        DedicatedThread.start(named: "poster") {
            for number in 0..<500 {
                inbox.post(.message(.init(topic: "p1/raw", payload: Array("\(number)\n".utf8), isRetained: false)))
            }
        }
        let expected = (0..<500).map { "\($0)\n" }.joined()
        let isComplete = InputBench.run(
            [Feed(source: source, consumer: recorder)], wake: wake,
            onWake: { _ in inbox.take().compactMap(\.message).forEach { source.push($0.payload) } },
            until: { recorder.text == expected })
        #expect(isComplete)
        #expect(inbox.counters.ignored == 0)
        #expect(recorder.kinds == [.connected])
    }

    @Test("stops when it is woken, and calls every turn at its deadline")
    func stops() {
        let stop = Locked(false)
        let wake = wake
        var turns = 0
        let source = PushSource(name: "silent")
        let loop = InputLoop(
            feeds: [Feed(source: source, consumer: Recorder())], wake: wake,
            everyTurn: { now in
                turns += 1
                if turns == 5 {
                    DedicatedThread.start(named: "stopper") {
                        stop.withLock { $0 = true }
                        wake.wake()
                    }
                }
                return turns < 5 ? now.monotonic + 1 : nil
            })
        loop.run { stop.withLock { $0 } }
        #expect(turns >= 5)
    }
}
