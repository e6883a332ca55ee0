"""The set-up of one seed: two gateways, a broker, a hub and its store, each behind a proxy, in one folder."""

import getpass
import json
import os
import random
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from firmware_config.gateway import GatewayConfig
from firmware_config.header import CONTACT_PINS
from firmware_config.sensor import SensorConfig
from sensorhub.broker import BrokerSettings
from sensorhub.clock import boot_ns
from sensorhub.errors import SensorHubError
from sensorhub.hubfile import find_hub
from sensorhub.signing import write_new_key
from simulators.influxd import InfluxAccess, answers, find_influxd, private_influxd, set_up
from simulators.programs import find_program, free_port
from tests.delivery.kill.disks import MiB, SmallDisks
from tests.delivery.kill.gateway_process import Boot, Settings, write_boot
from tests.delivery.kill.parts import Part, fake_time_env, is_listening, wait_until
from tests.delivery.proxy import Proxy

READY_S = 40.0
GATEWAYS = ("gateway-1", "gateway-2")
CONTACTS = 16
PERIOD_S = 1
DRAINING_PERIOD_S = 86_400
SPOOL_BYTES_MAX = 16_777_216

_CONFIGURATION = """\
listener {port} 127.0.0.1
allow_anonymous true
user {user}
max_packet_size 131072
max_inflight_messages 200
max_queued_messages 20000
log_dest stdout
log_type error
log_type warning
"""
_PERSISTENCE = "persistence true\npersistence_location {folder}/\nautosave_interval 1\nautosave_on_changes true\n"


class PartMissing(SensorHubError):
    """A program that this needs is not installed, or a part does not start."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What kind of seed it is; drawn by the seed.

    Arguments:
        seed: it.
        store: `duckdb` or `influxdb`.
        persistent: whether the broker keeps its sessions in a file.
        ntp: whether gateways take their time from a wall clock that counts as in sync.
        clocks: whose wall clock can be made to jump.
        small_disk: whose folder is a small file system of its own: a gateway, `hub`, or nobody.
        bad_messages: whether somebody sends nonsense all the time.
    """

    seed: int
    store: str
    persistent: bool
    ntp: bool
    clocks: tuple[str, ...]
    small_disk: str | None
    bad_messages: bool


def draw_plan(seed: int, store: str) -> Plan:
    """What a seed stands for; `store` `both` takes them in turn."""
    chance = random.Random(f"plan {seed}")
    chosen = ("duckdb", "influxdb")[seed % 2] if store == "both" else store
    return Plan(
        seed,
        chosen,
        persistent=chance.random() < 0.4,
        ntp=chance.random() < 0.4,
        clocks=chance.choice([(), (), ("gateway-1",), ("hub",), ("gateway-1", "hub")]),
        small_disk=chance.choice([None, None, "gateway-2", "hub"]),
        bad_messages=chance.random() < 0.4,
    )


class Rig:
    """The parts of one seed.

    Arguments:
        folder: everything is in it.
        plan: what kind of seed it is.
        say: told of progress.
    """

    def __init__(self, folder: Path, plan: Plan, say: Callable[[str], None]) -> None:
        self.folder = folder
        self.plan = plan
        self.say = say
        self.hub_data = folder / "hub"
        self.disks = SmallDisks()
        self.influx: InfluxAccess | None = None
        self.direct_influx: InfluxAccess | None = None
        self.parts: dict[str, Part] = {}
        self.proxies: dict[str, Proxy] = {}
        self.machine_ns = boot_ns()
        self.small_disk: Path | None = None
        self.broker_port = 0
        self._chance = random.Random(f"rig {plan.seed}")

    def start(self) -> None:
        """Start everything in order.

        Raises:
            PartMissing: something does not start.
        """
        (self.folder / "log").mkdir(parents=True)
        self.hub_data.mkdir()
        self._mount()
        self._start_broker()
        if self.plan.store == "influxdb":
            self._start_influxd()
        for gateway in GATEWAYS:
            self._add_gateway(gateway)
        self._start_hub()
        for gateway in GATEWAYS:
            self.parts[gateway].start()
        for gateway in GATEWAYS:
            self.await_ready(gateway)

    def await_ready(self, name: str, timeout_s: float = READY_S) -> None:
        """Wait until a part is up.

        Raises:
            PartMissing: it is not.
        """
        part = self.parts[name]
        if not wait_until(lambda: part.look() or not part.is_running, timeout_s) or not part.was_ready:
            raise PartMissing(f"The {name} does not start; the end of {part.log}:\n{part.end_of_log()}")

    def gateway_folder(self, gateway: str) -> Path:
        return self.folder / gateway

    def progress(self, gateway: str) -> dict[str, int]:
        """What a gateway's process says of itself; empty where it is not the one that runs."""
        process = self.parts[gateway].process
        try:
            told: dict[str, int] = json.loads((self.gateway_folder(gateway) / "progress.json").read_bytes())
        except (OSError, ValueError):
            return {}
        return told if process is not None and told.get("pid") == process.pid else {}

    def reboot(self, gateway: str) -> None:
        """The next process of a gateway is in a new boot, whose clock begins anew."""
        boot_id = UUID(int=self._chance.getrandbits(128), version=4)
        write_boot(self.gateway_folder(gateway), Boot(str(boot_id), self._chance.randrange(1, 60) * 10**9, boot_ns()))

    def settle_gateway(self, gateway: str) -> None:
        """From its next start on a gateway's contacts stay still, and what is open is closed under old settings."""
        folder = self.gateway_folder(gateway)
        settings = Settings.read(folder)
        sensors = tuple(one.model_copy(update={"period_s": DRAINING_PERIOD_S}) for one in settings.config.sensors)
        config = settings.config.model_copy(update={"sensors": sensors})
        Settings(config, settings.seed, settings.ntp, moving=False).write(folder)

    def end(self) -> None:
        """End everything, however it is."""
        for part in self.parts.values():
            part.kill()
        for proxy in self.proxies.values():
            proxy.stop()
        self.disks.unmount()

    def _mount(self) -> None:
        whose = self.plan.small_disk
        if whose is None:
            return
        path = self.hub_data if whose == "hub" else self.gateway_folder(whose) / "spool"
        if self.disks.mount(path, 64 * MiB if whose == "hub" else 28 * MiB):
            self.small_disk = path

    def _start_broker(self) -> None:
        program = find_program("mosquitto")
        if program is None:
            raise PartMissing("mosquitto is not installed: run sudo apt install mosquitto.")
        folder = self.folder / "broker"
        folder.mkdir()
        user = "root" if os.getuid() == 0 else getpass.getuser()
        port = self.broker_port = free_port()
        text = _CONFIGURATION.format(port=port, user=user)
        text += _PERSISTENCE.format(folder=folder) if self.plan.persistent else "persistence false\n"
        (folder / "mosquitto.conf").write_text(text)
        self._add("broker", [program, "-c", str(folder / "mosquitto.conf")], is_listening(port))
        self.parts["broker"].start()
        self.await_ready("broker")
        for name in (*GATEWAYS, "hub"):
            self.proxies[name] = Proxy(port, mqtt=True, chance=random.Random(f"{name} {self.plan.seed}")).start()

    def _start_influxd(self) -> None:
        port = free_port()
        program, access = private_influxd(find_influxd(), self.folder / "influxd", port)
        self._add("influxd", program.command, lambda _pid: answers(access))
        self.parts["influxd"].start()
        self.await_ready("influxd")
        set_up(access)
        self.proxies["influxd"] = Proxy(port).start()
        self.direct_influx = access
        url = f"http://127.0.0.1:{self.proxies['influxd'].port}"
        self.influx = InfluxAccess(url, access.organisation, access.bucket, access.token_file)

    def _start_hub(self) -> None:
        command = [
            *(sys.executable, "-m", "sensorhub", "hub", "run", "--data", str(self.hub_data), "--port", "0"),
            *("--broker-host", "127.0.0.1", "--broker-port", str(self.proxies["hub"].port)),
        ]
        if self.influx is not None:
            command += [
                *("--store", "influxdb", "--influx-url", self.influx.url, "--influx-org", self.influx.organisation),
                *("--influx-bucket", self.influx.bucket, "--influx-token-file", str(self.influx.token_file)),
            ]
        self._add("hub", command, lambda pid: (found := find_hub(self.hub_data)) is not None and found.pid == pid)
        self.parts["hub"].start()
        self.await_ready("hub")

    def _add_gateway(self, gateway: str) -> None:
        folder = self.gateway_folder(gateway)
        folder.mkdir(exist_ok=True)
        (self.hub_data / "keys").mkdir(exist_ok=True)
        write_new_key(self.hub_data / "keys" / f"{gateway}.key")
        shutil.copy(self.hub_data / "keys" / f"{gateway}.key", folder / "gateway.key")
        config = GatewayConfig(
            gateway=gateway,
            key_file=folder / "gateway.key",
            spool=folder / "spool",
            spool_bytes_max=SPOOL_BYTES_MAX,
            pack_s=1.0,
            broker=BrokerSettings(port=self.proxies[gateway].port, keepalive_s=5),
            sensors=tuple(
                SensorConfig(id=f"contact-{at + 1}", pin=CONTACT_PINS[at], period_s=PERIOD_S) for at in range(CONTACTS)
            ),
        )
        Settings(config, f"{self.plan.seed} {gateway}", self.plan.ntp, moving=True).write(folder)
        self.reboot(gateway)
        command = [sys.executable, "-m", "tests.delivery.kill.gateway_process", str(folder)]
        self._add(gateway, command, lambda _pid: bool(self.progress(gateway)))

    def _add(self, name: str, command: "list[str] | tuple[str, ...]", ready: Callable[[int], bool]) -> None:
        jumps = name in self.plan.clocks and find_program("faketime") is not None
        env = fake_time_env(self.folder / f"{name}.clock") if jumps else None
        self.parts[name] = Part(name, command, self.folder / "log" / f"{name}.log", ready, env or {})
