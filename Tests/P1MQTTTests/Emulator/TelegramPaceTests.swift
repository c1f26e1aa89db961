import Testing
@testable import P1MQTT
@testable import P1MQTTEmulator
@testable import P1MQTTInput

@Suite("Pace of telegrams")
struct TelegramPaceTests {
    @Test("keeps to the interval however late each telegram is")
    func steady() {
        var pace = TelegramPace(every: 1000, from: 50)
        for number in 1...100 as ClosedRange<Int64> {
            pace.advance(at: pace.deadline + number % 900)
            #expect(pace.deadline == 50 + number * 1000)
        }
    }

    @Test("does not make up in a burst for a stop of the process")
    func stop() {
        var pace = TelegramPace(every: 100, from: 0)
        pace.advance(at: 60_000)
        #expect(pace.deadline == 60_000)
        pace.advance(at: 60_001)
        #expect(pace.deadline == 60_100)
    }

    @Test("with an interval of 0 the next one is always due")
    func fast() {
        var pace = TelegramPace(every: 0, from: 7)
        for now in 7...5000 as ClosedRange<Int64> {
            pace.advance(at: now)
            #expect(pace.deadline <= now)
        }
    }
}

@Suite("A telegram that is taken in pieces")
struct PendingTelegramTests {
    @Test("goes out whole, whatever portions are taken")
    func portions() {
        let telegram = Array("/ABC\r\n\r\n1-0:1.8.1(1*kWh)\r\n!\r\n".utf8)
        for size in 1...telegram.count {
            var pending = PendingTelegram()
            pending.begin(telegram)
            var taken: [UInt8] = []
            var turns = 0
            while !pending.isEmpty {
                var isReady = true
                let outcome = pending.flush { rest in
                    guard isReady else { return 0 }
                    isReady = false
                    taken += rest.prefix(size)
                    return min(size, rest.count)
                }
                #expect(outcome == (pending.isEmpty ? .done : .waiting))
                turns += 1
            }
            #expect(taken == telegram)
            #expect(turns == (telegram.count + size - 1) / size)
        }
    }
}
