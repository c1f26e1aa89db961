"""Tries the program at every broker that is installed, and compares what each can do with the table in docs/brokers.md."""

import itertools
import sys
import tempfile
import traceback
from pathlib import Path

import cluster
from cases import Cases
from peers import Amqtt, Ejabberd, Mosquitto, RabbitMQ

PAGE = Path(__file__).parents[2] / "docs" / "brokers.md"


def documented():
    """The cells of the page by column and row, the columns being `name version`."""
    lines = itertools.dropwhile(lambda line: not line.startswith("|"), PAGE.read_text().splitlines())
    table = itertools.takewhile(lambda line: line.startswith("|"), lines)
    rows = [[cell.strip() for cell in line.strip()[1:-1].split("|")] for line in table]
    names = rows[0][1:]
    return {name: {row[0]: row[1 + index] for row in rows[2:]} for index, name in enumerate(names)}


def results(program, kind, folder):
    broker = kind(Path(folder) / kind.name)
    try:
        broker.start()
        yield from Cases(program, broker).all()
    finally:
        broker.close()
    if kind is RabbitMQ:
        yield from cluster.run(program, folder)


def main(program, *only):
    page, failures = documented(), 0
    for kind in [Mosquitto, RabbitMQ, Ejabberd, Amqtt]:
        if only and kind.name not in only:
            continue
        if not kind.version:
            print(f"SKIPPED: {kind.name} is not installed ({kind.missing})")
            continue
        column = f"{kind.name} {kind.version}"
        expected = page.get(column)
        print(f"{column}{'' if expected else ': docs/brokers.md has another version; nothing to compare with'}", flush=True)
        with tempfile.TemporaryDirectory(prefix="p1mqtt-brokers-") as folder:
            try:
                for what, word in results(program, kind, folder):
                    wanted = expected.get(what) if expected else word
                    failures += word != wanted
                    said = "" if word == wanted else f"  NOT as in docs/brokers.md: {wanted}"
                    print(f"  {what:52} {word if word != 'no' else 'no (unsupported)'}{said}", flush=True)
            except Exception:  # The other brokers are tried all the same.
                failures += 1
                traceback.print_exc()
    print(f"{failures} failed" if failures else "All as in docs/brokers.md.")
    sys.exit(1 if failures else 0)


main(*sys.argv[1:])
