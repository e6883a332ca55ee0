"""mqtt-io, the gateway that people use today, beside ours: installed into a throw-away environment, with mock pins."""

import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.driver import PINS
from sensorhub.broker import BrokerSettings

REQUIREMENTS = ("mqtt-io>=2.7,<3", "gpiozero>=2.0.1.post3")
INSTALL_S_MAX = 180
PREFIX = "peer"
QUIET_S = 2.0
"""Nothing more comes when nothing has come for so long."""

READY_S_MAX = 30.0


class NotInstalled(Exception):
    """mqtt-io cannot be had here; the message says why."""


def install(folder: Path) -> Path:
    """Make an environment with mqtt-io; returns its Python.

    Raises:
        NotInstalled: no network, no registry, or no version that runs here.
    """
    python = folder / "bin" / "python"
    commands = [
        [sys.executable, "-m", "venv", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *REQUIREMENTS],
    ]
    for command in commands:
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_S_MAX, check=False)
        except subprocess.TimeoutExpired:
            raise NotInstalled(f"pip took more than {INSTALL_S_MAX} s") from None
        if done.returncode != 0:
            raise NotInstalled((done.stderr.strip().splitlines() or ["pip failed"])[-1])
    return python


def write_config(path: Path, broker: BrokerSettings, prefix: str = PREFIX) -> Path:
    """Its configuration: 20 inputs with pull-up, each edge an interrupt and a message."""
    lines = ["mqtt:", f"  host: {broker.host}", f"  port: {broker.port}", f"  topic_prefix: {prefix}"]
    lines += ["gpio_modules:", "  - {name: pins, module: gpiozero}", "digital_inputs:"]
    lines += [f"  - {{name: detector-{pin}, module: pins, pin: {pin}, pullup: true, interrupt: both}}" for pin in PINS]
    path.write_text("\n".join(lines) + "\n")
    return path


class Listener:
    """Counts what mqtt-io publishes for its inputs, and how often a contact is said to do what it has just done."""

    def __init__(self, broker: BrokerSettings) -> None:
        self.ready = threading.Event()
        self.received = 0
        self.out_of_order = 0
        self.first_s = self.last_s = 0.0
        self._levels: dict[str, bytes] = {}
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.on_connect = lambda client, *_: client.subscribe(
            [(f"{PREFIX}/status", 1), (f"{PREFIX}/input/+", 1)]
        )
        self._client.on_message = self._take
        self._client.connect(broker.host, broker.port)
        self._client.loop_start()

    def _take(self, _client: paho.Client, _userdata: object, message: paho.MQTTMessage) -> None:
        if message.topic == f"{PREFIX}/status":
            if message.payload == b"running":
                self.ready.set()
            return
        self.last_s = time.monotonic()
        self.first_s = self.first_s or self.last_s
        self.received += 1
        self.out_of_order += self._levels.get(message.topic) == message.payload
        self._levels[message.topic] = bytes(message.payload)

    def wait(self, edges: int) -> None:
        """Until so many have come, or none for a while."""
        begun_s = time.monotonic()
        while self.received < edges and time.monotonic() - max(self.last_s, begun_s) < QUIET_S:
            time.sleep(0.05)

    def close(self) -> None:
        """Leave the broker."""
        self._client.disconnect()
        self._client.loop_stop()


def start(python: Path, config: Path, how: str, number: float) -> subprocess.Popen[bytes]:
    """Run it with its contacts driven."""
    environment = os.environ | {"GPIOZERO_PIN_FACTORY": "mock", "PYTHONPATH": str(Path(__file__).parent.parent)}
    command = [str(python), "-m", "benchmarks.mqtt_io_driven", how, str(config), str(number)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@dataclass(frozen=True, slots=True)
class BurstResult:
    """What came of edges driven as fast as it goes."""

    driven: int
    received: int
    out_of_order: int
    edges_per_s: float
    start_s: float


def burst(python: Path, config: Path, broker: BrokerSettings, edges: int) -> BurstResult:
    """Drive so many edges; returns what a subscriber received, and how long it took from start to ready."""
    listener = Listener(broker)
    begun_s = time.monotonic()
    process = start(python, config, "burst", edges)
    try:
        if not listener.ready.wait(READY_S_MAX):
            raise NotInstalled("it did not connect to the broker")
        start_s = time.monotonic() - begun_s
        listener.wait(edges)
    finally:
        process.terminate()
        process.wait()
        listener.close()
    took_s = max(listener.last_s - listener.first_s, 1e-9)
    return BurstResult(edges, listener.received, listener.out_of_order, listener.received / took_s, start_s)
