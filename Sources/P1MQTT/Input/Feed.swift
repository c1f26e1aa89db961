package import P1MQTTMeter

/// One source, what listens to it, and what stands between: the parity filter and the supervisor.
/// Lives on the input thread.
package final class Feed {
    package let source: any ByteSource
    package let consumer: any ChunkConsumer

    /// Where it is in the loop that serves it.
    var place: Int?

    private var supervisor: SourceSupervisor
    /// `nil` where the driver of the port deals with parity, and while the filter is at work.
    private var parity: ParityFilter?
    private var framing: ParityFilter.Verdict?
    private var allowance = ByteAllowance()
    /// Monotonic milliseconds until which the source is not read.
    private var pausedUntil: Int64?

    /// `seed` is that of the jitter of its waits; `limits` are for tests.
    package init(
        source: any ByteSource, consumer: any ChunkConsumer, seed: UInt64 = .random(in: 0 ... .max),
        limits: SourceSupervisor.Limits = .init()
    ) {
        self.source = source
        self.consumer = consumer
        supervisor = SourceSupervisor(name: source.name, traits: source.traits, seed: seed, limits: limits)
        forgetLine()
    }

    /// What was found out about the line, for `bridge/info`: "115200 baud, seen in 2 telegrams; 8N1, seen in 8 bytes".
    /// Within `receive` it is what was known before the chunk.
    package var evidence: String? {
        let known = [source.evidence, framing?.evidence].compactMap(\.self)
        return known.isEmpty ? nil : known.joined(separator: "; ")
    }

    /// Bytes of wrong parity since the line was opened.
    var parityErrors: Int { framing?.parityErrors ?? 0 }

    /// Nothing will come any more.
    package var isOver: Bool { supervisor.isOver }

    /// Monotonic milliseconds of the next call to `timePassed`; never when there is none.
    package var deadline: Int64 {
        min(supervisor.deadline ?? .max, pausedUntil ?? source.deadline ?? .max, consumer.deadline ?? .max)
    }

    /// What to poll at the moment; `nil` while there is nothing to poll or the source has sent more than its share.
    var interest: PollInterest? { pausedUntil == nil ? source.interest : nil }

    /// The descriptor of the source has something to say.
    package func ready(_ events: Int16, at now: Moment, buffer: UnsafeMutableRawBufferPointer) {
        let event = source.service(events, at: now, buffer: buffer) { deliver($0, at: now) }
        if let event { handle(event, at: now) }
    }

    /// Does whatever of source, supervisor and consumer is due.
    func timePassed(at now: Moment, buffer: UnsafeMutableRawBufferPointer) {
        if let until = pausedUntil, until <= now.monotonic { pausedUntil = nil }
        if pausedUntil == nil, let due = source.deadline, due <= now.monotonic { ready(0, at: now, buffer: buffer) }
        if let due = supervisor.deadline, due <= now.monotonic { act(on: .time, at: now) }
        if let due = consumer.deadline, due <= now.monotonic { consumer.tick(at: now) }
    }

    package func close() {
        source.close()
    }

    private func deliver(_ chunk: UnsafeRawBufferPointer, at now: Moment) {
        if source.traits.isPaced { pausedUntil = allowance.take(chunk.count, at: now) }
        act(on: .bytes(chunk.count), at: now)
        guard var filter = parity.take() else { return receive(chunk, at: now) }
        filter.filter(chunk) { receive($0, at: now) }
        framing = filter.verdict
        parity = filter
    }

    private func receive(_ chunk: UnsafeRawBufferPointer, at now: Moment) {
        let before = consumer.goodFrames
        consumer.receive(chunk, at: now)
        let count = consumer.goodFrames - before
        guard count > 0 else { return }
        source.heardGoodFrames(count, at: now)
        act(on: .goodFrames(count), at: now)
    }

    private func handle(_ event: SourceEvent, at now: Moment) {
        switch event {
        case .opened(let what): act(on: .opened(what), at: now)
        case .failed(let error): act(on: .failed(error), at: now)
        case .restarted: forgetLine()
        case .ended:
            if var filter = parity.take() { filter.finish { receive($0, at: now) } }
            act(on: .ended, at: now)
        }
    }

    private func act(on event: SourceSupervisor.Event, at now: Moment) {
        for action in supervisor.handle(event, at: now) {
            switch action {
            case .open: open(at: now)
            case .close: source.close()
            case .report(let report): consumer.report(report, at: now)
            }
        }
    }

    private func open(at now: Moment) {
        forgetLine()
        consumer.begin(at: now)
        do throws(SourceError) {
            if case .opened(let what) = try source.open(at: now) { act(on: .opened(what), at: now) }
        } catch {
            act(on: .failed(error), at: now)
        }
    }

    private func forgetLine() {
        guard source.traits.mayCarryParity else { return }
        let filter = ParityFilter()
        (parity, framing) = (filter, filter.verdict)
    }
}
