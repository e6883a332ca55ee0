"""One run of one peer under the faults of a seed: the gateways that free on PUBACK, a broker, and an ingester."""

import shutil
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from simulators.programs import find_program
from tests.delivery.kill.nemesis import Nemesis, draw_events
from tests.delivery.kill.parts import wait_until
from tests.delivery.kill.rig import GATEWAYS, READY_S, PartMissing, Plan, Rig
from tests.delivery.kill.seed import run_seed
from tests.delivery.kill.stored import Stored, read_influx
from tests.delivery.peers.telegraf import write_configuration

KINDS = frozenset({"kill"})
TELEGRAF, TELEGRAF_DISK, CONSUMER, OURS = (
    "telegraf, memory buffer",
    "telegraf, disk buffer",
    "freed on PUBACK, plain consumer",
    "ours",
)
PEERS = (CONSUMER, TELEGRAF, TELEGRAF_DISK, OURS)
HOW = {
    CONSUMER: "gateways: paho, SQLite buffer (WAL, FULL), QoS 1, freed by the PUBACK, sent again after a restart; hub: "
    "paho, persistent session, each message committed to SQLite (WAL, FULL), then acknowledged",
    TELEGRAF: "the same gateways; hub: Telegraf, mqtt_consumer with qos 1, persistent_session, client_id and "
    "max_undelivered_messages, connecting again each second, to influxdb_v2, whose key of series and time hides what "
    "is written twice; it does not subscribe again where the broker says that it still has the session",
    TELEGRAF_DISK: 'the same with buffer_strategy = "disk"',
    OURS: "this product, DuckDB",
}
SETTLE_S = 3.0
"""Before the first kill, so that a broker that saves its sessions every second has saved them."""

CONNACK_AND_SUBACK_BYTES = 4 + 5
DRAIN_S = 40.0
STEADY_S = 12.0
"""What no longer comes for so long does not come any more: longer than any of them waits before it connects again."""


@dataclass(slots=True)
class PeerResult:
    """What one peer made of one seed."""

    peer: str
    seed: int
    persistent: bool
    accepted: int = 0
    stored: int = 0
    lost: int = 0
    duplicated: int = 0
    skipped: str = ""
    kills: Counter[str] = field(default_factory=Counter)

    def as_fields(self) -> dict[str, Any]:
        """For JSON."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "kills"} | {"kills": dict(self.kills)}


class PeerRig(Rig):
    """The same names of parts as ours, other programs behind them.

    Arguments:
        peer: which.
    """

    def __init__(self, folder: Path, plan: Plan, say: Callable[[str], None], peer: str) -> None:
        super().__init__(folder, plan, say)
        self._peer = peer

    def start(self) -> None:
        (self.folder / "log").mkdir(parents=True)
        self.hub_data.mkdir()
        self._start_broker()
        port = self.proxies["hub"].port
        if self._peer == CONSUMER:
            command = [sys.executable, "-m", "tests.delivery.peers.consumer", str(self.hub_data), str(port)]
        else:
            self._start_influxd()
            assert self.direct_influx is not None
            program = find_program("telegraf")
            if program is None:
                raise PartMissing("telegraf is not on the PATH.")
            is_on_disk = self._peer == TELEGRAF_DISK
            configuration = write_configuration(self.hub_data, port, self.direct_influx, disk_buffer=is_on_disk)
            command = [program, "--config", str(configuration)]
        self._add("hub", command, lambda _pid: True)
        self.parts["hub"].start()
        # Nobody can blame it for what was published before it had subscribed.
        if not wait_until(lambda: self.proxies["hub"].counts.down_bytes >= CONNACK_AND_SUBACK_BYTES, READY_S):
            raise PartMissing(f"The ingester does not subscribe:\n{self.parts['hub'].end_of_log()}")
        for gateway in GATEWAYS:
            self._add_agent(gateway)

    def rest(self) -> None:
        """No new readings from now on."""
        for gateway in GATEWAYS:
            (self.gateway_folder(gateway) / "rest").touch()

    def left(self) -> int:
        """Readings that wait for a PUBACK."""
        return sum(int(_read(self.gateway_folder(gateway) / "left") or 0) for gateway in GATEWAYS)

    def accepted(self) -> set[tuple[str, int]]:
        """Gateway and sequence of all that was accepted."""
        return {
            (gateway, int(line))
            for gateway in GATEWAYS
            for line in _read(self.gateway_folder(gateway) / "accepted").splitlines()
        }

    def stored(self) -> Counter[tuple[str, int]]:
        """How often each gateway and sequence is in the store."""
        if self._peer != CONSUMER:
            found = Stored()
            assert self.direct_influx is not None
            read_influx(self.direct_influx, found)
            return Counter((key[0], int(value)) for key, value in found.points.items())
        try:
            database = sqlite3.connect(f"file:{self.hub_data / 'consumed.sqlite'}?mode=ro", uri=True)
        except sqlite3.OperationalError:
            return Counter()
        try:
            return Counter(database.execute("select gateway, sequence from consumed").fetchall())
        except sqlite3.OperationalError:
            return Counter()  # not there yet
        finally:
            database.close()

    def _add_agent(self, gateway: str) -> None:
        folder = self.gateway_folder(gateway)
        folder.mkdir()
        command = [*(sys.executable, "-m", "tests.delivery.peers.puback_agent"), str(folder), str(self.broker_port)]
        self._add(gateway, [*command, gateway], lambda _pid: True)
        self.parts[gateway].start()


def run_peer(peer: str, plan: Plan, seconds: float, say: Callable[[str], None], *, kills: bool = True) -> PeerResult:
    """Run one peer for `seconds` under the kills of a seed, then without until nothing more comes.

    Arguments:
        plan: its seed, and whether the broker keeps its sessions in a file.
        kills: whether anybody is killed (default True).
    """
    kinds = KINDS if kills else frozenset({"none"})
    plan = replace(plan, store="duckdb", clocks=(), small_disk=None, bad_messages=False, ntp=False)
    result = PeerResult(peer, plan.seed, plan.persistent)
    if peer == OURS:
        ours = run_seed(plan, say, kinds=kinds, faults_s=seconds)
        verdict = ours.verdict
        result.accepted, result.stored, result.kills = verdict.accepted, verdict.stored, ours.kills
        result.lost, result.duplicated = verdict.lost, verdict.duplicated
        if not ours.is_clean and not (verdict.lost or verdict.duplicated):
            raise PartMissing("\n".join([*verdict.broken, *ours.failed_starts]))
        return result
    needed = ("mosquitto",) if peer == CONSUMER else ("mosquitto", "influxd", "telegraf")
    missing = [name for name in needed if find_program(name) is None]
    if missing:
        result.skipped = f"{', '.join(missing)} not on the PATH"
        return result
    folder = Path(tempfile.mkdtemp(prefix=f"peer-{plan.seed}-"))
    rig = PeerRig(folder, plan, say, peer)
    nemesis = Nemesis(rig, captures=False)
    try:
        rig.start()
        wait_until(lambda: False, SETTLE_S)
        nemesis.run(draw_events(plan, seconds - 2.0, kinds), seconds)
        nemesis.heal()
        rig.rest()
        _drain(rig)
        accepted, stored = rig.accepted(), rig.stored()
    finally:
        rig.end()
        shutil.rmtree(folder)
    result.kills = nemesis.kills
    result.accepted, result.stored = len(accepted), len(stored)
    result.lost = len(accepted - stored.keys())
    result.duplicated = sum(stored.values()) - len(stored)
    return result


def _drain(rig: PeerRig) -> None:
    """Wait until every reading has its PUBACK, and then until nothing more comes."""
    wait_until(lambda: rig.left() == 0, DRAIN_S)
    before = -1
    while (now := sum(rig.stored().values())) != before:
        if rig.accepted() <= rig.stored().keys():
            return
        before = now
        wait_until(lambda: sum(rig.stored().values()) != before, STEADY_S)  # noqa: B023


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""
