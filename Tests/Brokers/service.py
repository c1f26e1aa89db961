"""The program as a service at a broker, and a subscriber beside it."""

import json
import os
import signal
import subprocess

from peers import PATH, Failure, until


class Service:
    """p1mqtt with a simulated meter that sends twice a second."""

    def __init__(self, program, folder, mqtt, **more):
        folder.mkdir(exist_ok=True)
        self.log_path = folder / "log"
        settings = {
            "mqtt": mqtt, "homeAssistant": {"enabled": False}, **more,
            "meters": [{"source": {"type": "emulator", "interval": 0.5}}]}
        (folder / "config.json").write_text(json.dumps(settings))
        # Where a password stands in it, the program warns of what others can read.
        (folder / "config.json").chmod(0o600)
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [program, "run"], cwd=folder, env={"PATH": PATH, "HOME": str(folder)}, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    @property
    def log(self):
        return self.log_path.read_text(errors="replace")

    def wait_for_log(self, part, seconds=60):
        until(f"{part} in the log:\n{self.log}", lambda: part in self.log, seconds)

    def stop(self):
        """A clean stop; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()


class Subscriber:
    """mosquitto_sub: what has arrived, as (is retained, topic, payload)."""

    def __init__(self, broker, *filters, version="311", form="%r %t %p", port=None):
        self.path = broker.folder / f"subscriber-{os.urandom(4).hex()}"
        topics = [word for filter in filters for word in ("-t", filter)]
        with open(self.path, "ab") as output:
            self.process = subprocess.Popen(
                ["stdbuf", "-oL", "mosquitto_sub", "-p", str(port or broker.port), *broker.login, "-V", version, "-q", "2", "-F", form, "-d", *topics],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        until(f"a subscription to {filters}; {self.text}", lambda: "Subscribed (mid" in self.text)

    @property
    def text(self):
        return self.path.read_text(errors="replace")

    @property
    def arrivals(self):
        lines = [line.split(" ", 2) for line in self.text.splitlines() if line[:2] in ("0 ", "1 ")]
        return [(retained == "1", *rest) for retained, *rest in lines if len(rest) == 2]

    def payloads(self, topic):
        return [payload for _, name, payload in self.arrivals if name == topic]

    def wait_for(self, topic, payload=None, count=1, seconds=60):
        def has_come():
            come = self.payloads(topic)
            return come.count(payload) >= count if payload else len(come) >= count

        until(f"{topic} {payload or ''} at the subscriber: {self.text[-1500:]}", has_come, seconds)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def retained(broker, filter, seconds=3, port=None):
    """What a new subscriber gets that the broker kept: all that comes before a message that is sent when it has subscribed."""
    with Subscriber(broker, filter, "marker", port=port) as subscriber:
        marker = os.urandom(4).hex()

        def has_come():
            subprocess.run(
                ["mosquitto_pub", "-p", str(port or broker.port), *broker.login, "-q", "1", "-t", "marker", "-m", marker], check=True,
                timeout=60)
            return marker in subscriber.payloads("marker")

        until(f"the marker; {subscriber.text[-500:]}", has_come)
        return {topic: payload for is_retained, topic, payload in subscriber.arrivals if is_retained}


__all__ = ["Failure", "Service", "Subscriber", "retained"]
