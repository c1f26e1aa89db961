extension TelegramReader {
    /// What is found in bytes that come over time: a serial port, a socket, a file.
    ///
    /// - Parameter bytes: single bytes or chunks of them, from the first one of the stream on.
    /// - Returns: the events, each as soon as its last byte is there. An error of `bytes` ends them.
    public func events<Bytes: AsyncSequence>(in bytes: Bytes) -> AsyncEvents<Bytes> where Bytes.Element: ByteChunk {
        AsyncEvents(bytes, self)
    }

    /// The telegrams that can be used in bytes that come over time. `events(in:)` also tells of all others.
    ///
    /// - Parameter bytes: single bytes or chunks of them, from the first one of the stream on.
    /// - Returns: the telegrams, each as soon as its last byte is there. An error of `bytes` ends them.
    public func telegrams<Bytes: AsyncSequence>(in bytes: Bytes) -> AsyncCompactMapSequence<AsyncEvents<Bytes>, Telegram>
    where Bytes.Element: ByteChunk {
        events(in: bytes).compactMap { if case .telegram(let telegram) = $0 { telegram } else { nil } }
    }

    /// What is found in a capture that is there as a whole.
    ///
    /// - Parameter bytes: all of it.
    /// - Returns: the events.
    public func events(in bytes: [UInt8]) -> [Event] {
        var reader = self
        var events: [Event] = []
        reader.feed(bytes.span) { events.append($0) }
        reader.finish { events.append($0) }
        return events
    }

    /// The telegrams that can be used in a capture that is there as a whole.
    ///
    /// - Parameter bytes: all of it.
    /// - Returns: the telegrams.
    public func telegrams(in bytes: [UInt8]) -> [Telegram] {
        events(in: bytes).compactMap { if case .telegram(let telegram) = $0 { telegram } else { nil } }
    }

    /// The events of a stream, read as it comes.
    public struct AsyncEvents<Bytes: AsyncSequence>: AsyncSequence where Bytes.Element: ByteChunk {
        /// An event.
        public typealias Element = Event
        /// An error of the bytes.
        public typealias Failure = Bytes.Failure

        private let bytes: Bytes
        private let reader: TelegramReader

        init(_ bytes: Bytes, _ reader: TelegramReader) {
            self.bytes = bytes
            self.reader = reader
        }

        /// Reads from where the bytes begin.
        ///
        /// - Returns: an iterator.
        public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(bytes.makeAsyncIterator(), reader) }

        /// Reads chunk after chunk.
        public struct AsyncIterator: AsyncIteratorProtocol {
            private var bytes: Bytes.AsyncIterator
            private var reader: TelegramReader
            /// Those that are not given out yet, the next one last.
            private var pending: [Event] = []
            private var isOver = false

            init(_ bytes: Bytes.AsyncIterator, _ reader: TelegramReader) {
                self.bytes = bytes
                self.reader = reader
            }

            /// Waits for the next event.
            ///
            /// - Parameter actor: where to wait.
            /// - Returns: the event; `nil` at the end of the bytes.
            public mutating func next(isolation actor: isolated (any Actor)?) async throws(Bytes.Failure) -> Event? {
                while pending.isEmpty, !isOver {
                    var events: [Event] = []
                    if let chunk = try await bytes.next(isolation: actor) {
                        chunk.withBytes { reader.feed($0) { events.append($0) } }
                    } else {
                        isOver = true
                        reader.finish { events.append($0) }
                    }
                    pending = events.reversed()
                }
                return pending.popLast()
            }
        }
    }
}

extension TelegramReader.AsyncEvents: Sendable where Bytes: Sendable {}
