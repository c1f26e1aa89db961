"""RabbitMQ as a cluster of three nodes, one of which is killed while the program is connected to it."""

from pathlib import Path

from peers import Failure, RabbitMQ, free_port, until
from service import Service, Subscriber, retained


def run(program, folder):
    names, nodes = free_port(), ["p1a", "p1b", "p1c"]
    brokers = [RabbitMQ(Path(folder) / f"cluster-{node}", names, node, nodes) for node in nodes]
    try:
        # One after the other: the first begins the cluster that the others join.
        for broker in brokers:
            broker.start()
        yield from try_nodes(program, brokers)
    finally:
        for broker in brokers:
            broker.kill()
        brokers[0].close()


def try_nodes(program, brokers):
    hosts = [f"127.0.0.1:{broker.port}" for broker in brokers]
    settings = {"host": hosts, "qos": 1, "topicPrefix": "nodes"}
    with Service(program, brokers[0].folder / "service", settings) as service, Subscriber(brokers[2], "nodes/#") as subscriber:
        subscriber.wait_for("nodes/json", count=2)
        info = f'"broker":"{hosts[0]}"'
        until("bridge/info names the node", lambda: any(info in text for text in subscriber.payloads("nodes/bridge/info")))
        yield "cluster: values reach a subscriber at another node", "yes"
        elsewhere = retained(brokers[2], "nodes/json")
        yield "cluster: retained, at another node", "yes" if "nodes/json" in elsewhere else "no"

        brokers[0].kill()
        service.wait_for_log("connected to the MQTT broker again")
        if f"{hosts[1]} is tried next" not in service.log:
            raise Failure(f"the log does not say what is next:\n{service.log}")
        before = len(subscriber.payloads("nodes/json"))
        subscriber.wait_for("nodes/json", count=before + 2)
        # Where the queue of its subscriptions was on the node that is gone, the second hangs up and the third takes it.
        others = [f'"broker":"{host}"' for host in hosts[1:]]
        until(
            "bridge/info names another node",
            lambda: any(info in text for info in others for text in subscriber.payloads("nodes/bridge/info")))
        if "offline" in subscriber.payloads("nodes/bridge/state")[-1:]:
            raise Failure(f"the program is said to be offline: {subscriber.payloads('nodes/bridge/state')}")
        yield "cluster: goes on when its node was killed", "yes"
