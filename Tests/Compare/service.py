"""Runs one program as a service, hands it the bytes of a case portion by portion, and notes what it publishes."""

import array
import collections
import contextlib
import dataclasses
import datetime
import fcntl
import json
import mmap
import os
import pathlib
import pty
import queue
import signal
import socket
import struct
import subprocess
import termios
import threading
import time
import tty

# How long anything may take before the program counts as stuck, in seconds.
PATIENCE = 30
# Seconds of the program's clocks between two portions.
INTERVAL = 10
# What they show at first.
START = datetime.datetime(2026, 3, 2, 5, 59, tzinfo=datetime.timezone.utc)

# What is reported within a second after it changed, and so not always in the same step.
LATE = "p1/bridge/info", "p1/bridge/topics"

Message = collections.namedtuple("Message", "topic qos retain payload")


class Stuck(Exception):
    pass


children = set()


def start(command, **options):
    process = subprocess.Popen(command, **options)
    children.add(process)
    return process


def end(process):
    process.kill()
    process.wait()
    children.discard(process)


def end_all():
    for process in list(children):
        end(process)


class Broker:
    """A mosquitto on a free port with one subscriber, whose messages are sorted by the first level of their topics."""

    def __init__(self, folder):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        configuration = pathlib.Path(folder, "mosquitto.conf")
        # Without limits, which would change the order of messages with different qualities of service.
        configuration.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\nset_tcp_nodelay true\n"
            "max_inflight_messages 0\nmax_queued_messages 0\n")
        path = os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin"
        self.process = start(
                ["mosquitto", "-c", str(configuration)], env={**os.environ, "PATH": path}, stderr=subprocess.DEVNULL)
        self._await_port()
        self.subscriber = start(
            ["mosquitto_sub", "-p", str(self.port), "-V", "mqttv5", "-D", "connect", "receive-maximum", "65535",
             "-q", "2", "--retain-as-published", "-t", "#", "-F", "%q %r %x %t"], stdout=subprocess.PIPE, text=True)
        self.inboxes = collections.defaultdict(queue.Queue)
        threading.Thread(target=self._sort, daemon=True).start()
        # The subscription is there when a message comes back.
        end = time.monotonic() + PATIENCE
        while self.inboxes["ready"].empty():
            if time.monotonic() > end:
                raise Stuck("the subscriber hears nothing")
            self.publish("ready", b"?")
            time.sleep(0.05)

    def _await_port(self):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return
            time.sleep(0.02)
        raise Stuck("mosquitto does not listen")

    def _sort(self):
        for line in self.subscriber.stdout:
            qos, retain, payload, topic = line.rstrip("\n").split(" ", 3)
            message = Message(topic, int(qos), int(retain), bytes.fromhex(payload))
            self.inboxes[topic.split("/")[0].removeprefix("discovery-")].put(message)

    def publish(self, topic, payload):
        subprocess.run(["mosquitto_pub", "-p", str(self.port), "-q", "1", "-t", topic, "-s"], input=payload, check=True)


class Clock:
    """The clocks of a program; see clock.c."""

    def __init__(self, path):
        self.environment = {"COMPARE_CLOCK": str(path)}
        path.write_bytes(bytes(16))
        with open(path, "r+b") as file:
            self.bytes = mmap.mmap(file.fileno(), 16)
        self.wall = int(START.timestamp()) * 10**9
        # Ahead of the real one, so that a deadline is never over for the kernel before it is for the program.
        self.steady = time.monotonic_ns() + 10**15
        self.step(0)

    def step(self, seconds):
        self.wall += seconds * 10**9
        self.steady += seconds * 10**9
        self.bytes[:] = struct.pack("=qq", self.wall, self.steady)


class TCPMeter:
    def __init__(self, folder, name):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE)
        self.connection = None
        port = self.listener.getsockname()[1]
        self.source = {"type": "tcp", "host": "127.0.0.1", "port": port}
        self.names = {f"127.0.0.1:{port}": f"127.0.0.1:{name}"}

    def send(self, data):
        if not self.connection:
            self.connection = self.listener.accept()[0]
        self.connection.sendall(data)

    def close(self):
        for end in self.listener, self.connection:
            if end:
                end.close()


class PipeMeter:
    def __init__(self, folder, name):
        path = pathlib.Path(folder, name)
        os.mkfifo(path)
        # Open for reading too, so that there is somebody at the other end from the start.
        self.descriptor = os.open(path, os.O_RDWR)
        self.readable = self.descriptor
        self.source = {"type": "file", "path": str(path)}
        self.names = {}

    def send(self, data):
        """Returns when all of it was read."""
        while data:
            data = data[os.write(self.descriptor, data):]
        unread = array.array("i", [1])
        end = time.monotonic() + PATIENCE
        while unread[0] > 0:
            if time.monotonic() > end:
                raise Stuck(f"{unread[0]} bytes are not read")
            time.sleep(0.0005)
            fcntl.ioctl(self.readable, termios.FIONREAD, unread)

    def close(self):
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None


class SerialMeter(PipeMeter):
    def __init__(self, folder, name):
        self.descriptor, self.readable = pty.openpty()
        tty.setraw(self.readable)
        path = pathlib.Path(folder, name)
        path.symlink_to(os.ttyname(self.readable))
        self.source = {"type": "serial", "path": str(path)}
        self.names = {os.ttyname(self.readable): name}

    def close(self):
        super().close()
        if self.readable is not None:
            os.close(self.readable)
            self.readable = None


class PublishedMeter:
    def __init__(self, folder, name, broker):
        self.topic = f"{folder.parent.name}-{name}/telegram"
        self.broker = broker
        self.source = {"type": "mqtt", "topic": self.topic}
        self.names = {}

    def send(self, data):
        self.broker.publish(self.topic, data)

    def close(self):
        pass


@dataclasses.dataclass
class Life:
    """One run of the program: from which kind of source it reads, with which settings, and how it ends."""

    name: str
    meter: type
    settings: dict
    ends_by_itself: bool = False
    # What each telegram leads to.
    sign: str = "json"


@dataclasses.dataclass
class Record:
    """What a program published in a life: what came of each portion, and last on the topics that come when they like."""

    steps: list
    last: dict
    exit: int | str


def newest(messages):
    """Of the messages of a topic that is no event, the last one."""
    last = {message.topic: message for message in messages}
    return [message for message in messages if "/event" in message.topic or message is last[message.topic]]


class Service:
    """A program that reads the meter of a case, and a second one, the beat, that tells when the first was dealt with."""

    def __init__(self, program, preload, broker, folder, prefix, key):
        self.program, self.preload, self.broker, self.key = program, preload, broker, key
        self.prefix = prefix
        self.folder = pathlib.Path(folder, prefix)
        self.folder.mkdir()
        self.inbox = broker.inboxes[prefix]
        self.clock = Clock(self.folder / "clock")
        self.lives = 0

    def live(self, life, portions):
        """Runs it once, from the start to the end."""
        self.lives += 1
        folder = self.folder / str(self.lives)
        folder.mkdir()
        options = [self.broker] if life.meter is PublishedMeter else []
        self.meter = life.meter(folder, "meter", *options)
        beats = Beats(life.meter(folder, "beat", *options), f"{self.prefix}/beat/{life.sign}")
        configuration = self._configuration(life, folder, beats)
        record = Record([], {}, 0)
        # In place of what differs between the two programs, or from run to run.
        names = {f"discovery-{self.prefix}": "homeassistant", self.prefix: "p1", **self.meter.names, **beats.meter.names}
        self.names = {name.encode(): text.encode() for name, text in {str(folder): "FOLDER", **names}.items()}
        with open(folder / "log", "wb") as log:
            process = start(
                [self.program, "run", "--config", str(configuration)], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, **self.clock.environment, "LD_PRELOAD": self.preload})
        try:
            self._step(record, beats, self._await_beginning())
            for portion in portions:
                self.clock.step(INTERVAL)
                seen = self._await(beats.send())
                self.meter.send(portion)
                self._step(record, beats, seen)
            # What is reported when it changed is reported now.
            self.clock.step(2)
            self._step(record, beats, [])
            if life.ends_by_itself:
                self.clock.step(60)
                self._step(record, beats, self._await(lambda message: message.topic == f"{self.prefix}/bridge/health"))
                self.meter.close()
                self._step(record, beats, self._await(
                    lambda message: message.topic == f"{self.prefix}/bridge/event" and b'"close"' in message.payload))
                # A last telegram without end line and `offline` come at once, and the newer takes the place of the older.
                record.steps[-1] = newest(record.steps[-1])
                beats.meter.close()
            else:
                process.send_signal(signal.SIGTERM)
            record.exit = process.wait(PATIENCE)
            self._note(record, self._await_farewell())
        except (Stuck, OSError, subprocess.TimeoutExpired) as error:
            said = (folder / "log").read_text(errors="replace").splitlines()[-9:]
            record.exit = f"stuck after {len(record.steps)} steps: {error}; it said {said}"
        finally:
            end(process)
            self.meter.close()
            beats.meter.close()
        return record

    def _configuration(self, life, folder, beats):
        meter = {"source": self.meter.source}
        if self.key:
            key_file = folder / "key"
            key_file.write_text(self.key)
            key_file.chmod(0o600)
            meter["decryptionKeyFile"] = str(key_file)
        settings = {section: dict(members) for section, members in life.settings.items()}
        settings["mqtt"] = {
            "host": "127.0.0.1", "port": self.broker.port, "topicPrefix": self.prefix, **settings.get("mqtt", {})}
        settings["homeAssistant"] = {"prefix": "discovery-" + self.prefix, **settings.get("homeAssistant", {})}
        settings["meters"] = [meter, {"name": "beat", "source": beats.meter.source}]
        path = folder / "config.json"
        path.write_text(json.dumps(settings))
        return path

    def _step(self, record, beats, seen):
        """Two beats one after the other: the second is read when all that came before the first was dealt with."""
        self._note(record, seen + self._await(beats.send()) + self._await(beats.send()))

    def _note(self, record, messages):
        step = []
        for topic, qos, retain, payload in messages:
            for name, text in self.names.items():
                topic = topic.replace(name.decode(), text.decode())
                payload = payload.replace(name, text)
            message = Message(topic, qos, retain, payload)
            if topic in LATE:
                record.last[topic] = message
            elif topic != "p1/bridge/health":
                step.append(message)
        record.steps.append(step)

    def _await_beginning(self):
        """Until it is connected to the broker and has opened both sources."""
        missing = {f"{self.prefix}/bridge/state": [b'online'], f"{self.prefix}/bridge/event": [b'"connected"'] * 2}

        def is_last(message):
            signs = missing.get(message.topic)
            if signs and signs[0] in message.payload:
                signs.pop()
            return not any(missing.values())
        return self._await(is_last)

    def _await_farewell(self):
        return self._await(lambda message: message.topic == f"{self.prefix}/bridge/state" and message.payload == b"offline")

    def _await(self, is_last):
        """All messages up to the one that is the last."""
        messages = []
        end = time.monotonic() + PATIENCE
        while not messages or not is_last(messages[-1]):
            try:
                messages.append(self.inbox.get(timeout=max(0, end - time.monotonic())))
            except queue.Empty:
                raise Stuck(f"nothing more is published (after {len(messages)} messages)") from None
        return messages


class Beats:
    """The second meter; each of its telegrams has another time."""

    def __init__(self, meter, topic):
        self.meter = meter
        self.topic = topic
        self.time = datetime.datetime(2026, 1, 1)

    def send(self):
        """Sends a telegram. Returns what tells that a message came of it."""
        self.time += datetime.timedelta(seconds=1)
        text = f"/BEA5T\r\n\r\n0-0:1.0.0({self.time:%y%m%d%H%M%S}W)\r\n1-0:1.7.0(00.001*kW)\r\n!".encode()
        self.meter.send(text + b"%04X\r\n" % checksum(text))
        signs = text, (self.time - datetime.timedelta(hours=1)).isoformat().encode()
        return lambda message: message.topic == self.topic and any(sign in message.payload for sign in signs)


def checksum(data):
    """CRC-16/ARC."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc
