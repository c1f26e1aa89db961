"""The cases: each tries the program at a broker and says in a word what came of it. What fails for another reason than the
broker's raises a Failure."""

import time

from peers import Failure, until
from service import Service, Subscriber, retained


class Cases:
    def __init__(self, program, broker):
        self.program, self.broker = program, broker

    def service(self, prefix, more=None, **mqtt):
        settings = {**self.broker.settings, "topicPrefix": prefix, **mqtt}
        return Service(self.program, self.broker.folder / prefix, settings, **(more or {}))

    def values(self, qos):
        """Whether values and documents arrive, telegram by telegram."""
        prefix = f"qos{qos}"
        with Subscriber(self.broker, f"{prefix}/#") as subscriber, self.service(prefix, qos=qos) as service:
            subscriber.wait_for(f"{prefix}/json", count=3)
            subscriber.wait_for(f"{prefix}/bridge/state", "online")
            lost = [line for line in service.log.splitlines() if " WARNING " in line or " ERROR " in line]
            if [line for line in lost if "quality of service 2 as those of 1" not in line]:
                raise Failure(f"complaints: {lost}")
            return "as 1" if lost else "yes"

    def kept(self, filter):
        """Whether a late subscriber gets what was retained."""
        with self.service("kept") as service, Subscriber(self.broker, "kept/json") as subscriber:
            subscriber.wait_for("kept/json", count=2)
            document = retained(self.broker, filter)
            if service.process.poll() is not None:
                raise Failure(service.log)
            return "yes" if "kept/json" in document else "no"

    def will(self):
        """Whether the end of a killed program is told, and retained."""
        with self.service("will") as service, Subscriber(self.broker, "will/bridge/state") as subscriber:
            subscriber.wait_for("will/bridge/state", "online")
            service.kill()
            subscriber.wait_for("will/bridge/state", "offline")
        until("the retained will", lambda: retained(self.broker, "will/bridge/state").get("will/bridge/state") == "offline")
        return "yes"

    def goodbye(self):
        """Whether a clean stop is told within the program's five seconds."""
        with self.service("bye") as service, Subscriber(self.broker, "bye/bridge/state") as subscriber:
            subscriber.wait_for("bye/bridge/state", "online")
            started = time.monotonic()
            code = service.stop()
            if code != 0 or time.monotonic() - started > 5:
                raise Failure(f"exit code {code} after {time.monotonic() - started:.1f} s: {service.log}")
            subscriber.wait_for("bye/bridge/state", "offline")
        return "yes"

    def start(self):
        """Whether a second start is over its wait for what the first left: a value within five seconds."""
        for _ in range(2):
            with Subscriber(self.broker, "start/#") as subscriber:
                begun = time.monotonic()
                with self.service("start") as service:
                    until("a value", lambda: any(not kept and topic == "start/json" for kept, topic, _ in subscriber.arrivals))
                    took = time.monotonic() - begun
                    service.stop()
        if took > 5:
            raise Failure(f"the first value came after {took:.1f} s")
        return "yes"

    def reconnect(self):
        """Whether all goes on when the broker was killed and is back."""
        with self.service("back") as service:
            service.wait_for_log("connected to the MQTT broker")
            self.broker.kill()
            service.wait_for_log("WARNING")
            self.broker.start()
            service.wait_for_log("connected to the MQTT broker again", 120)
            with Subscriber(self.broker, "back/json", "back/bridge/state") as subscriber:
                subscriber.wait_for("back/json", count=2)
                subscriber.wait_for("back/bridge/state", "online")
        return "yes"

    def survives(self):
        """Whether what is retained outlives a clean restart of the broker."""
        with self.service("rest") as service, Subscriber(self.broker, "rest/json") as subscriber:
            subscriber.wait_for("rest/json", count=2)
            # A simulated meter that is stopped takes back what it had retained.
            service.kill()
        self.broker.end(15)
        self.broker.start()
        return "yes" if "rest/json" in retained(self.broker, "rest/json") else "no"

    def version5(self):
        """Whether it speaks MQTT 5, and if not, whether that is said with its remedy."""
        with self.service("five", version="5") as service:
            until(f"an answer: {service.log}", lambda: "connected to the MQTT broker" in service.log or "mqtt.version" in service.log)
            return "yes" if "connected to the MQTT broker" in service.log else "no"

    def properties(self):
        """Whether unit, code and content type reach a subscriber."""
        with self.service("props", version="5"), Subscriber(
            self.broker, "props/electricity/received/tariff1", "props/json", version="5", form="0 %t %C|%P"
        ) as subscriber:
            subscriber.wait_for("props/json", "application/json|")
            subscriber.wait_for("props/electricity/received/tariff1", "|unit:kWh obis:1-0:1.8.1")
        return "yes"

    def expiry(self):
        """Whether the values of a killed program vanish, and its state does not."""
        topic = "gone/electricity/received/tariff1"
        with self.service("gone", more={"publish": {"expiry": 3}}, version="5") as service, Subscriber(self.broker, topic) as subscriber:
            subscriber.wait_for(topic)
            if topic not in retained(self.broker, topic):
                raise Failure(f"nothing retained: {service.log}")
            service.kill()
        until("the end of the value", lambda: topic not in retained(self.broker, topic))
        if retained(self.broker, "gone/bridge/state") != {"gone/bridge/state": "offline"}:
            raise Failure("the state of the program is gone too")
        return "yes"

    def all(self):
        """(what, result) of each case, in the order of the table."""
        yield "values, quality of service 0", self.values(0)
        yield "values, quality of service 1", self.values(1)
        yield "values, quality of service 2", self.values(2)
        yield "retained, by the topic's name", self.kept("kept/json")
        yield "retained, by a filter with `#`", self.kept("kept/#")
        yield "retained, after a restart of the broker", self.survives()
        yield "last will", self.will()
        yield "`offline` at a clean stop", self.goodbye()
        yield "a start is over its wait", self.start()
        yield "goes on after the broker was killed", self.reconnect()
        five = self.version5()
        yield "MQTT 5", five
        yield "unit, OBIS code and content type", self.properties() if five == "yes" else "no"
        yield "`publish.expiry`", self.expiry() if five == "yes" else "no"
