#!/usr/bin/env python3
"""Plays a real meter on a TCP port: the telegrams of the emulator under another header.

The program removes what it announced of an emulated meter when it ends, which a real meter must never see.
Usage: meter.py PORT HEADER COMMAND...   (COMMAND writes telegrams with a checksum to its standard output)
"""
import contextlib, re, signal, socket, subprocess, sys, threading

TELEGRAM = re.compile(rb"/[^\r]*\r\n(.*?)![0-9A-F]{4}\r\n", re.S)


def crc16(data):
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
    return value


def accept(listener, readers):
    while True:
        readers.append(listener.accept()[0])


def main():
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    header = b"/%s\r\n" % sys.argv[2].encode()
    readers = []
    threading.Thread(target=accept, args=(listener, readers), daemon=True).start()
    meter = subprocess.Popen(sys.argv[3:], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    signal.signal(signal.SIGTERM, lambda *_: (meter.terminate(), sys.exit(0)))
    rest = b""
    while chunk := meter.stdout.read1():
        rest += chunk
        while match := TELEGRAM.search(rest):
            rest = rest[match.end():]
            telegram = header + match[1] + b"!"
            telegram += b"%04X\r\n" % crc16(telegram)
            for reader in list(readers):
                try:
                    reader.sendall(telegram)
                except OSError:
                    readers.remove(reader)
                    with contextlib.suppress(OSError):
                        reader.close()


if __name__ == "__main__":
    main()
