import Glibc

/// Takes the commands of telnet (RFC 854) and of its serial port option (RFC 2217) out of a stream, over any chunk
/// borders. By hand, because libtelnet takes every stream for telnet. Whether the peer speaks telnet at all is decided on evidence, for raw streams may hold FF too, as filler
/// or inside an encrypted frame: a negotiation of a known option (FF, WILL to DONT or SB, option) at the very start of
/// the connection or right after 16 bytes of plain ASCII. Until then every byte passes as it is.
struct TelnetFilter {
    /// Bytes of one sub-negotiation that are skipped at most; what is longer is none.
    static let longestSubnegotiation = 256
    private static let asciiNeeded = 16

    /// The peer has shown that it speaks telnet.
    private(set) var isTelnet = false
    /// Bytes taken out so far.
    private(set) var removed = 0

    private enum State {
        case data
        case command  // after FF
        case option(UInt8)  // after FF and WILL, WONT, DO, DONT or SB
        case subnegotiation(Int)
        case subnegotiationCommand(Int)  // after FF in there
    }

    private var state = State.data
    /// Plain ASCII bytes in a row; the start of the connection counts as enough.
    private var ascii = asciiNeeded

    mutating func filter(_ chunk: UnsafeRawBufferPointer, _ deliver: (UnsafeRawBufferPointer) -> Void) {
        var start = 0  // of the bytes that pass and are not handed on yet
        var index = 0
        while index < chunk.count {
            if case .data = state {
                let next = chunk.position(of: 0xFF, from: index)
                countASCII(chunk[index..<next])
                guard next < chunk.count else { break }
                if start < next { deliver(UnsafeRawBufferPointer(rebasing: chunk[start..<next])) }
                state = .command
                index = next + 1
                start = index
                continue
            }
            step(chunk[index], deliver)
            // A byte that ended the sequence was either swallowed or handed on by `step`.
            index += 1
            start = index
        }
        if case .data = state, start < chunk.count { deliver(UnsafeRawBufferPointer(rebasing: chunk[start...])) }
    }

    /// The end of the connection: hands on what was held back, as it came.
    mutating func finish(_ deliver: (UnsafeRawBufferPointer) -> Void) {
        switch state {
        case .command: hand([0xFF], deliver)
        case .option(let command) where !isTelnet: hand([0xFF, command], deliver)
        default: break
        }
        state = .data
    }

    private mutating func step(_ byte: UInt8, _ deliver: (UnsafeRawBufferPointer) -> Void) {
        switch state {
        case .data:
            break
        case .command:
            switch byte {
            case 0xFA...0xFE where isTelnet || ascii >= Self.asciiNeeded:
                state = .option(byte)
            case 0xFF where isTelnet:
                state = .data
                removed += 1
                hand([0xFF], deliver)
            case 0xF0...0xF9 where isTelnet:
                state = .data
                removed += 2
            case 0xFF:
                // Filler: the first FF passes, the second may begin a command.
                ascii = 0
                hand([0xFF], deliver)
            default:
                state = .data
                ascii = 0
                hand([0xFF, byte], deliver)
            }
        case .option(let command):
            guard isTelnet || Self.isKnownOption(byte) else {
                ascii = 0
                hand([0xFF, command], deliver)
                state = byte == 0xFF ? .command : .data
                if byte != 0xFF { hand([byte], deliver) }
                return
            }
            isTelnet = true
            removed += 3
            state = command == 0xFA ? .subnegotiation(0) : .data
        case .subnegotiation(let length):
            removed += 1
            if byte == 0xFF {
                state = .subnegotiationCommand(length + 1)
            } else {
                state = length + 1 < Self.longestSubnegotiation ? .subnegotiation(length + 1) : .data
            }
        case .subnegotiationCommand(let length):
            removed += 1
            let isEnd = byte == 0xF0 || length + 1 >= Self.longestSubnegotiation
            state = isEnd ? .data : .subnegotiation(length + 1)
        }
    }

    private func hand(_ bytes: [UInt8], _ deliver: (UnsafeRawBufferPointer) -> Void) {
        bytes.withUnsafeBytes(deliver)
    }

    private mutating func countASCII(_ bytes: Slice<UnsafeRawBufferPointer>) {
        guard !isTelnet else { return }
        // Only the last few bytes matter.
        for byte in bytes.suffix(Self.asciiNeeded) {
            ascii = byte < 0x80 ? min(ascii + 1, Self.asciiNeeded) : 0
        }
    }

    /// The options that terminal servers negotiate: binary, echo, go-ahead, status, timing mark, terminal type, end
    /// of record, window size, speed, flow control, line mode, environment, authentication, serial port (RFC 2217).
    private static func isKnownOption(_ byte: UInt8) -> Bool {
        switch byte {
        case 0, 1, 3, 5, 6, 24, 25, 31...37, 39, 44: true
        default: false
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Where `byte` is next, or `count`.
    fileprivate func position(of byte: UInt8, from start: Int) -> Int {
        guard start < count, let base = baseAddress, let found = memchr(base + start, CInt(byte), count - start) else {
            return count
        }
        return base.distance(to: UnsafeRawPointer(found))
    }
}
