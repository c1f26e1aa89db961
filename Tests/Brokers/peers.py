"""The brokers that the program is tried with, each in a folder of its own and on free ports of the loopback."""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

# Debian keeps servers in /usr/sbin, which is not in everybody's PATH.
PATH = os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin"


class Failure(Exception):
    """What went wrong around a case."""


def until(what, condition, seconds=60):
    """Waits for something to become true, and gives it back."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise Failure(f"not within {seconds} s: {what}")


def free_port():
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return place.getsockname()[1]


def installed(package):
    """The version of a Debian package, None where it is not installed."""
    query = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True)
    # 1:25.2.3+dfsg-1 is 25.2.3.
    return query.stdout.split(":")[-1].split("-")[0].split("+")[0] if query.returncode == 0 and query.stdout else None


class Broker:
    login = []
    missing = ""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir()
        self.port = free_port()
        self.process = None

    def start(self):
        with open(self.folder / "output", "ab") as output:
            self.process = subprocess.Popen(
                self.command(), env={"PATH": PATH, "HOME": str(self.folder), **self.environment()}, stdin=subprocess.DEVNULL,
                stdout=output, stderr=output, cwd=self.folder, start_new_session=True)
        until(f"{self.name} answers; see {self.folder}/output", self.answers, 180)

    def answers(self):
        if self.process.poll() is not None:
            raise Failure(f"{self.name} ended: {(self.folder / 'output').read_text(errors='replace')[-2000:]}")
        hello = ["mosquitto_pub", "-p", str(self.port), *self.login, "-q", "1", "-t", "hello", "-m", "hello"]
        return subprocess.run(hello, capture_output=True, timeout=60, check=False).returncode == 0

    def environment(self):
        return {}

    def end(self, number):
        """Ends it with all that it started."""
        if self.process is None:
            return
        os.killpg(self.process.pid, number)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            number = signal.SIGKILL
        if number == signal.SIGKILL or self.process.returncode is None:
            os.killpg(self.process.pid, signal.SIGKILL) if self.process.poll() is None else None
            self.process.wait()
        self.process = None

    def kill(self):
        self.end(signal.SIGKILL)

    def close(self):
        self.kill()

    @property
    def settings(self):
        return {"host": "127.0.0.1", "port": self.port}


class Mosquitto(Broker):
    name = "mosquitto"
    version = installed("mosquitto")
    missing = "apt install mosquitto"

    def command(self):
        (self.folder / "conf").write_text(
            f"user {os.environ.get('USER', 'root')}\nlistener {self.port} 127.0.0.1\nallow_anonymous true\n"
            f"persistence true\npersistence_location {self.folder}/\nautosave_on_changes true\nautosave_interval 1\n")
        return [shutil.which("mosquitto", path=PATH), "-c", str(self.folder / "conf")]


class Erlang(Broker):
    """One whose nodes find each other through a name server of Erlang's, which is ended with the last of them."""

    def __init__(self, folder, names=None):
        super().__init__(folder)
        self.names = names or free_port()

    def environment(self):
        return {"ERL_EPMD_PORT": str(self.names), "ERL_EPMD_ADDRESS": "127.0.0.1"}

    def close(self):
        self.kill()
        server = {"PATH": PATH, **self.environment()}

        def is_gone():
            subprocess.run(["epmd", "-kill"], env=server, capture_output=True, check=False)
            return subprocess.run(["epmd", "-names"], env=server, capture_output=True, check=False).returncode != 0

        until("the end of epmd", is_gone)


class RabbitMQ(Erlang):
    name = "RabbitMQ"
    version = installed("rabbitmq-server")
    missing = "apt install rabbitmq-server"

    def __init__(self, folder, names=None, node="p1a", cluster=()):
        super().__init__(folder, names)
        self.node, self.cluster = node, cluster

    def command(self):
        lines = [
            f"listeners.tcp.1 = 127.0.0.1:{free_port()}", f"mqtt.listeners.tcp.1 = 127.0.0.1:{self.port}",
            "mqtt.allow_anonymous = true"]
        if self.cluster:
            lines.append("cluster_formation.peer_discovery_backend = classic_config")
            lines += [f"cluster_formation.classic_config.nodes.{i + 1} = {node}@localhost" for i, node in enumerate(self.cluster)]
        (self.folder / "rabbitmq.conf").write_text("\n".join(lines) + "\n")
        (self.folder / "enabled_plugins").write_text("[rabbitmq_mqtt].\n")
        cookie = self.folder / ".erlang.cookie"
        if not cookie.exists():
            cookie.write_text("p1mqtt-test")
            cookie.chmod(0o400)
        # Not /usr/sbin/rabbitmq-server, which writes to /var/lib as a user of its own.
        return [str(next(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin/rabbitmq-server")))]

    def environment(self):
        return {
            **super().environment(), "RABBITMQ_NODENAME": f"{self.node}@localhost", "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"), "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"), "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none"}


class Ejabberd(Erlang):
    name = "ejabberd"
    version = installed("ejabberd")
    missing = "apt install ejabberd"
    # It lets nobody in without a user name; this configuration takes any.
    login = ["-u", "p1@localhost", "-P", "any"]

    def command(self):
        (self.folder / "ejabberd.yml").write_text(
            "hosts: [localhost]\nauth_method: [anonymous]\nanonymous_protocol: login_anon\nallow_multiple_connections: true\n"
            f'listen:\n  - {{port: {self.port}, ip: "127.0.0.1", module: mod_mqtt}}\nmodules:\n  mod_mqtt: {{}}\n')
        (self.folder / "data").mkdir(exist_ok=True)
        code = next(Path("/usr/lib").glob("*/ejabberd-*/ebin/ejabberd.beam")).parent
        return [
            "/usr/bin/erl", "-noinput", "-sname", "p1e@localhost", "-setcookie", "p1mqtt-test", "+sbwt", "none", "-kernel",
            "inet_dist_use_interface", "{127,0,0,1}", "-mnesia", "dir", f'"{self.folder}/data"', "-pa", str(code), "-s", "ejabberd"]

    def environment(self):
        return {
            **super().environment(), "EJABBERD_CONFIG_PATH": str(self.folder / "ejabberd.yml"),
            "EJABBERD_LOG_PATH": str(self.folder / "log")}

    @property
    def settings(self):
        return {**super().settings, "username": "p1@localhost", "password": "any"}


class Amqtt(Broker):
    name = "amqtt"
    program = os.environ.get("AMQTT") or shutil.which("amqtt")
    missing = "pip install amqtt, and AMQTT=.../bin/amqtt where that is not in PATH"
    version = (
        subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1] if program else None)

    def command(self):
        (self.folder / "amqtt.yaml").write_text(
            f"listeners:\n  default:\n    type: tcp\n    bind: 127.0.0.1:{self.port}\n"
            "plugins:\n  amqtt.plugins.authentication.AnonymousAuthPlugin:\n    allow_anonymous: true\n")
        return [self.program, "-c", str(self.folder / "amqtt.yaml")]
