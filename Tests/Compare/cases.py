"""What both programs are given: recordings of the emulator, and captures of real meters."""

import dataclasses
import pathlib
import re
import subprocess

EMULATOR_START = "2026-03-02T05:59:00Z"  # the tariff changes at six, and a quarter of an hour begins
EMULATOR_TELEGRAMS = 20
KEY = "000102030405060708090A0B0C0D0E0F"

# What goes wrong with an emulated meter, each in a recording of its own.
FAULTS = {
    "bit-errors": '{"type": "bitErrors", "rate": 0.0003, "at": 20, "telegrams": 6}',
    "cut": '{"type": "cut", "bytes": 300, "at": 30, "telegrams": 2}',
    "glitch-up": '{"type": "registerGlitch", "register": "electricity/received/tariff1", "value": 99999, "at": 30, "telegrams": 2}',
    "glitch-zero": '{"type": "registerGlitch", "register": "gas", "value": 0, "at": 30, "telegrams": 3}',
    "glitch-recall": '{"type": "registerGlitch", "register": "electricity/received/tariff2", "value": 0, "at": 100, "telegrams": 2}',
    "meter-swap": '{"type": "meterSwap", "at": 40}',
    "gas-meter-swap": '{"type": "gasMeterSwap", "at": 40}',
    "clock-jump": '{"type": "clockJump", "seconds": 7200, "at": 30}',
    "clock-change": '{"type": "clockChange", "to": "summer", "at": 30}',
}


@dataclasses.dataclass
class Case:
    """A meter: its bytes, in the portions that are handed over one by one, and its key where it is encrypted."""

    name: str
    # One list for each life of the program.
    lives: list
    data: bytes
    key: str | None = None
    is_emulated: bool = False


def portions(data):
    """Cuts behind each end line of a telegram and before each encrypted frame: no portion holds two telegrams."""
    cuts = [match.end() for match in re.finditer(rb"^![^\n]*\n", data, re.MULTILINE)]
    cuts += [match.start() for match in re.finditer(rb"\xdb\x08", data)]
    edges = sorted({0, len(data), *cuts})
    return [data[start:end] for start, end in zip(edges, edges[1:])]


def profiles(program):
    text = subprocess.run([program, "emulate", "--help"], capture_output=True, text=True, check=True).stdout
    names = re.search(r"The kind of meter:([^.]*)\.", text)
    return [name.strip() for name in names.group(1).split(",")]


def recording(program, name, profile, *options, key=None):
    command = [program, "emulate", "--profile", profile, "--seed", "7", "--start-time", EMULATOR_START, "--interval", "0",
               "--count", str(EMULATOR_TELEGRAMS), "--interval-gas", "60", *options]
    data = subprocess.run(command, capture_output=True, check=True).stdout
    parts = portions(data)
    half = len(parts) // 2
    return Case(name, [parts[:half], parts[half:]], data, key, is_emulated=True)


def emulated(program, folder):
    """Each profile, each fault, and the two kinds of encrypted meters."""
    key_file = pathlib.Path(folder, "emulator-key")
    key_file.write_text(KEY)
    names = profiles(program)
    yield from (recording(program, name, name) for name in names)
    yield from (recording(program, "fault-" + name, "nl-dsmr50", "--fault", fault) for name, fault in FAULTS.items())
    for name in {"lu-smarty", "at-t210dr"} & set(names):
        yield recording(program, name + "-encrypted", name, "--decryption-key-file", str(key_file), key=KEY)


def captured(corpus):
    """Each capture of a folder with `corpus/`, `field/` and INDEX.tsv, three times in a row, for each of two lives."""
    keys = {}
    for line in pathlib.Path(corpus, "INDEX.tsv").read_text().splitlines():
        found = re.search(r"\bkey ([0-9A-Fa-f]{32})\b|\bkey ([0-9A-Fa-f]{2})\*16", line)
        if found:
            keys[line.split("\t")[0]] = found.group(1) or found.group(2) * 16
    for folder in "corpus", "field":
        for path in sorted(pathlib.Path(corpus, folder).iterdir()):
            if path.suffix in (".txt", ".bin"):
                data = path.read_bytes()
                yield Case(path.name, [portions(data) * 3] * 2, data, keys.get(path.name))
