"""A gateway as a process: the production agent at simulated contacts that move by chance, with a ledger.

Run as `python -m tests.delivery.kill.gateway_process FOLDER`; what it is stands in `settings.json` and `boot.json`
there. A contact's move is noted before it is made and an edge after it was accepted, in `ledger.jsonl`.
"""

import asyncio
import json
import logging
import os
import random
import signal
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from firmware_config.gateway import GatewayConfig
from gateway.agent import Agent
from gateway.anchors.sources import SystemAnchors
from gateway.spool.entries import Edge
from sensorhub.clock import boot_ns
from sensorhub.errors import SensorHubError
from simulators.files import write_whole
from simulators.pins import PlayerClock, PlayerFactory

STEP_S = 0.01
TELL_STEPS = 10
NTP_ERROR_NS = 5_000_000

STILL_S = (0.06, 1.2)
"""How long a contact stays as it is; longer than the debounce time, so that every move is an edge."""


@dataclass(frozen=True, slots=True)
class Boot:
    """Which boot a gateway is in: its clock stood at `start_ns` when this machine's boot clock was at `machine_ns`."""

    boot_id: str
    start_ns: int
    machine_ns: int

    def clock_ns(self, machine_ns: int) -> int:
        """Its clock when this machine's is at `machine_ns`."""
        return self.start_ns + machine_ns - self.machine_ns


@dataclass(frozen=True, slots=True)
class Settings:
    """What a gateway is started with.

    Arguments:
        config: of the product.
        seed: for the contacts.
        ntp: whether its wall clock counts as in sync; else it has the time from receipts alone.
        moving: whether contacts move.
    """

    config: GatewayConfig
    seed: str
    ntp: bool
    moving: bool

    def write(self, folder: Path) -> None:
        """Keep it for the next process."""
        fields = {"config": json.loads(self.config.model_dump_json()), "seed": self.seed, "ntp": self.ntp}
        write_whole(folder / "settings.json", json.dumps(fields | {"moving": self.moving}).encode())

    @classmethod
    def read(cls, folder: Path) -> "Settings":
        """What was kept."""
        fields = json.loads((folder / "settings.json").read_bytes())
        return cls(GatewayConfig.model_validate(fields.pop("config")), **fields)


def write_boot(folder: Path, boot: Boot) -> None:
    """Keep which boot the next process is in, and that there was this one."""
    write_whole(folder / "boot.json", json.dumps(asdict(boot)).encode())
    with (folder / "boots.jsonl").open("a") as boots:
        boots.write(json.dumps(asdict(boot)) + "\n")


class Driven:
    """Moves contacts and writes the ledger; the watcher of its agent."""

    def __init__(self, folder: Path, settings: Settings, boot: Boot) -> None:
        self._boot = boot
        self.clock = PlayerClock(UUID(boot.boot_id), boot.clock_ns(boot_ns()))
        self.factory = PlayerFactory(self.clock)
        self._pins = {
            sensor.id: self.factory.contact(pin) for sensor in settings.config.sensors for pin in sensor.pin_of.values()
        }
        self._chance = random.Random(f"{settings.seed} {boot.boot_id} {os.getpid()}")
        self._ledger = os.open(folder / "ledger.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(self._ledger, b"\n")  # the process before may have been killed in the middle of a line
        self._note({"life": boot.boot_id})
        self._moving = settings.moving
        self._folder = folder
        self.accepted_edges = 0

    def accepted(self, edges: Sequence[Edge], settled_until_ns: int) -> None:
        self.accepted_edges += len(edges)
        told = [[edge.sensor, edge.clock_ns, edge.level] for edge in edges if not edge.observed]
        self._note({"accepted": told, "until": settled_until_ns})

    async def drive(self, agent: Agent) -> None:
        """Let the clock run and the contacts move, until cancelled."""
        await agent.started()
        next_ns = {sensor: self.clock.now_ns() + self._still_ns() for sensor in self._pins}
        closed = dict.fromkeys(self._pins, False)
        steps = 0
        never = asyncio.Event()
        while True:
            self.clock.advance_to(self._boot.clock_ns(boot_ns()))
            now_ns = self.clock.now_ns()
            for sensor, due_ns in next_ns.items():
                if due_ns <= now_ns and self._moving:
                    closed[sensor] = not closed[sensor]
                    self._note({"drive": [sensor, now_ns, closed[sensor]]})
                    self._pins[sensor].move(closed[sensor])
                    next_ns[sensor] = now_ns + self._still_ns()
            if steps % TELL_STEPS == 0:
                told = {"pid": os.getpid(), "outstanding": agent.outstanding, "edges": self.accepted_edges}
                write_whole(self._folder / "progress.json", json.dumps(told).encode())
            steps += 1
            try:
                async with asyncio.timeout(STEP_S):
                    await never.wait()
            except TimeoutError:
                pass

    def _still_ns(self) -> int:
        return round(self._chance.uniform(*STILL_S) * 1e9)

    def _note(self, line: Any) -> None:
        os.write(self._ledger, json.dumps(line).encode() + b"\n")


async def _run(folder: Path) -> None:
    settings = Settings.read(folder)
    boot = Boot(**json.loads((folder / "boot.json").read_bytes()))
    driven = Driven(folder, settings, boot)
    anchors = SystemAnchors(clock=lambda: boot.clock_ns(boot_ns()), sync=lambda: NTP_ERROR_NS if settings.ntp else None)
    agent = Agent(settings.config, clock=driven.clock, factory=driven.factory, anchors=anchors, watcher=driven)
    running = asyncio.create_task(agent.run())
    driving = asyncio.create_task(driven.drive(agent))

    def end() -> None:
        driving.cancel()  # first: what moves after the agent has let go of its pins is nobody's loss
        running.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, end)
    try:
        await asyncio.wait((running, driving), return_when=asyncio.FIRST_COMPLETED)
        if driving.done() and not driving.cancelled():
            driving.result()
        await running
    except asyncio.CancelledError:
        logging.info("Stopped; what was measured is in the spool.")
    finally:
        driving.cancel()
        running.cancel()
        await asyncio.gather(driving, running, return_exceptions=True)


def main() -> int:
    """Run the gateway of a folder; the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        asyncio.run(_run(Path(sys.argv[1])))
    except SensorHubError as error:
        logging.error("%s", error)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
