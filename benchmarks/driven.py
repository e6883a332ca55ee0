"""A gateway as a process of its own whose contacts are moved; started by the benchmarks, ends on SIGTERM.

`python -m benchmarks.driven pace CONFIG EDGES_PER_S` moves them in real time, `traffic CONFIG SEED` as vehicles would;
with `--bare` there are the pins and the driver but no gateway, which tells the driver's own share. `burst CONFIG EDGES`
moves them as fast as the gateway accepts, on a measurement clock that runs ahead. They print `moving` when they begin,
and at the end what arrived.
"""

import argparse
import asyncio
import json
import logging
import signal
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

from gpiozero.pins.mock import MockFactory

from benchmarks import driver
from firmware_config.gateway import GatewayConfig, gateway_config
from gateway.agent import Agent
from gateway.anchors.sources import GivenAnchors, SystemAnchors
from gateway.spool import Anchor, AnchorKind, Edge, RealDisk, Spool
from gateway.spool_limits import limits_of
from sensorhub.clock import BootClock, wall_ns
from simulators.pins import PlayerClock, PlayerFactory

STEP_NS = 25_000_000
"""All contacts move once in so long on the measurement clock: each change outlasts the debounce time of 20 ms."""

AHEAD_MAX = 10_000
"""Edges that the driver may be ahead of what is accepted."""

START_NS = 60_000_000_000
WAIT_S_MAX = 60.0
SETTLE_S = 0.1
"""Longer than the debounce time: what was driven last is a change by then."""


MOVES = {"pace": driver.pace, "traffic": driver.traffic}


async def in_real_time(config: GatewayConfig, how: str, number: float, *, bare: bool) -> None:
    """Run until SIGTERM."""
    factory = MockFactory()
    ended = threading.Event()
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    agent = Agent(config, clock=BootClock(), factory=factory, anchors=SystemAnchors())
    running = None if bare else asyncio.create_task(agent.run())
    if running is not None:
        await agent.started()
    pins = driver.mock_pins(factory, [pin for sensor in config.sensors for pin in sensor.pin_of.values()])
    print("moving", flush=True)
    moving = asyncio.create_task(asyncio.to_thread(MOVES[how], pins, number, ended))
    await told.wait()
    ended.set()
    driven = await moving
    if running is None:
        return
    await asyncio.sleep(SETTLE_S)
    await _end(running)
    print(json.dumps({"driven": driven, "in_spool": _edges_in_spool(config, BootClock().boot_id)}))


class Burst:
    """Moves contacts as fast as the gateway accepts their edges; also the watcher of its agent."""

    def __init__(self, config: GatewayConfig, clock: PlayerClock, factory: PlayerFactory) -> None:
        self._contacts = [factory.contact(pin) for sensor in config.sensors for pin in sensor.pin_of.values()]
        self._clock = clock
        self._changed = threading.Condition()
        self.driven = 0
        self.accepted_edges = 0

    def accepted(self, edges: Sequence[Edge], settled_until_ns: int) -> None:
        """Called by the agent: these are on disk."""
        with self._changed:
            self.accepted_edges += sum(not edge.observed for edge in edges)
            self._changed.notify()

    def drive(self, edges: int) -> float:
        """Move until so many edges were driven and accepted; returns the seconds it took."""
        start_s = time.perf_counter()
        closed = False
        while self.driven < edges:
            closed = not closed
            self._clock.advance_to(self._clock.now_ns() + STEP_NS)
            for contact in self._contacts:
                contact.move(closed)
            self.driven += len(self._contacts)
            self._wait_until_behind_by(AHEAD_MAX)
        self._clock.advance_to(self._clock.now_ns() + STEP_NS)
        self._wait_until_behind_by(0)
        return time.perf_counter() - start_s

    def _wait_until_behind_by(self, edges: int) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self.driven - self.accepted_edges <= edges, WAIT_S_MAX)


async def bursting(config: GatewayConfig, edges: int) -> None:
    """Drive, count what was accepted, then what a later reader finds in the spool, and print it."""
    clock = PlayerClock(uuid4(), START_NS)
    factory = PlayerFactory(clock)
    burst = Burst(config, clock, factory)
    anchors = GivenAnchors(Anchor(START_NS, wall_ns(), 0, AnchorKind.GIVEN))
    agent = Agent(config, clock=clock, factory=factory, anchors=anchors, watcher=burst)
    running = asyncio.create_task(agent.run())
    await agent.started()
    took_s = await asyncio.to_thread(burst.drive, edges)
    await _end(running)
    kept = _edges_in_spool(config, clock.boot_id)
    print(json.dumps({"driven": burst.driven, "in_spool": kept, "seconds": took_s}))


async def _end(running: asyncio.Task[None]) -> None:
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def _edges_in_spool(config: GatewayConfig, boot_id: UUID) -> int:
    limits = limits_of(config)
    spool = Spool.open(RealDisk(config.spool), config.gateway, boot_id, limits=limits, new_epoch=lambda: "0" * 16)
    try:
        return sum(isinstance(located.entry, Edge) and not located.entry.observed for located in spool.scan())
    finally:
        spool.close()


def main() -> None:
    """Run as told."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("how", choices=(*MOVES, "burst"))
    parser.add_argument("config", type=Path)
    parser.add_argument("number", type=float)
    parser.add_argument("--bare", action="store_true", help="the pins and the driver alone")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO)
    config = gateway_config(options.config, {}, {}, [])
    if options.how == "burst":
        asyncio.run(bursting(config, int(options.number)))
    else:
        asyncio.run(in_real_time(config, options.how, options.number, bare=options.bare))


if __name__ == "__main__":
    main()
