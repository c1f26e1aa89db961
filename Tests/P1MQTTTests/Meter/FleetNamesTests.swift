import Testing
@testable import P1MQTTMeter

@Suite("Topics of many meters, and their names") struct FleetNamesTests {
    @Test("what a topic with + stands for") func pattern() throws {
        let pattern = try #require(TopicPattern("dongles/+/p1/+"))
        #expect(pattern.matches("dongles/a/p1/b") == ["a", "b"])
        #expect(pattern.matches("dongles//p1/ä") == ["", "ä"])
        for topic in ["dongles/a/p1", "dongles/a/p1/b/c", "dongle/a/p1/b", "dongles/a/p2/b", ""] { #expect(pattern.matches(topic) == nil) }
        for text in ["dongles/telegram", "dongles/a+/telegram", "dongles/+/#", "dongles/#", ""] { #expect(TopicPattern(text) == nil) }
    }

    @Test("whether topics meet") func overlap() throws {
        let pattern = try #require(TopicPattern("a/+/c"))
        #expect(try ["a/+/c", "+/b/c", "a/b/+"].allSatisfy { pattern.overlaps(try #require(TopicPattern($0))) })
        #expect(try ["a/+/d", "+/b", "b/b/+", "a/+/c/+"].allSatisfy { !pattern.overlaps(try #require(TopicPattern($0))) })
        #expect(["a", "a/x", "a/x/c"].allSatisfy(pattern.reaches))
        #expect(["b", "a/x/d", "a/x/c/d"].allSatisfy { !pattern.reaches(below: $0) })
    }

    @Test("names are made of what + stands for, with _ for what no name may have") func names() throws {
        let template = try #require(MeterNameTemplate("h_{1}-{2}"))
        #expect(template.levels == [1, 2])
        #expect(template.name(["AA:BB", "ü 7"]) == "h_AA_BB-__7")
        #expect(MeterNameTemplate("{1}")?.name([Substring(String(repeating: "x", count: 100))]).count == 64)
        #expect(MeterNameTemplate("{1}")?.name([""]) == "")
        #expect(MeterNameTemplate("roof")?.levels == [])
        for text in ["{}", "{0}", "{1", "{a}", "{12}", "a b{1}", "{1}/x", "{1}}"] { #expect(MeterNameTemplate(text) == nil, "\(text)") }
        #expect(MeterName.isAllowed("a-B_9") && !MeterName.isAllowed("gas") && !MeterName.isAllowed("bridge") && !MeterName.isAllowed(""))
    }

    @Test("the worker of a meter is the same for ever, and each has its part") func share() {
        // Fixed: another version must not give meters to another worker.
        #expect(["meter0", "meter1", "AA_BB_CC", "roof"].map { WorkerShare.worker(for: $0, of: 4) } == [1, 4, 2, 1])
        for of in [1, 2, 3, 4, 7, 16] {
            var parts = Array(repeating: 0, count: of)
            for number in 0..<16_000 {
                let owners = (1...of).filter { WorkerShare(worker: $0, of: of).owns("dongle-\(number)") }
                #expect(owners.count == 1)
                parts[owners[0] - 1] += 1
            }
            let even = 16_000 / of
            #expect(parts.allSatisfy { abs($0 - even) < even / 10 }, "\(parts)")
        }
    }

    @Test("whose a retained topic is") func retained() {
        let names = FleetNames(prefix: "home/p1", without: ["roof"], maximum: 3)
        #expect(names.name(in: "home/p1/a/json", before: "/json") == "a")
        for topic in ["home/p1/json", "home/p1/roof/json", "home/p1/gas/json", "home/p1/a/b/json", "p1/a/json", "home/p1/ä/json", "/json"] {
            #expect(names.name(in: topic, before: "/json") == nil, "\(topic)")
        }
        #expect(names.name(inAvailability: "home/p1/a/availability") == "a")
        #expect(names.name(inAvailability: "home/p1/a/mbus/2/availability") == "a")
        #expect(names.name(inAvailability: "home/p1/a/mbus/5/availability") == nil)
        #expect(names.name(inAvailability: "home/p1/mbus/2/availability") == nil)
        let shares = (1...4).map { FleetNames(prefix: "p1", share: WorkerShare(worker: $0, of: 4), maximum: 3) }
        #expect(shares.count { $0.name(in: "p1/a/json", before: "/json") == "a" } == 1)
    }
}
