"""The agent: pins to spool, without a broker."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory

from firmware_config.gateway import GatewayConfig
from firmware_config.sensor import SensorConfig
from gateway.agent import Agent
from gateway.anchors.sources import GivenAnchors
from gateway.anchors.times import AnchorBook
from gateway.recorder.contacts import Contacts
from gateway.recorder.faults import Faults
from gateway.recorder.sampler import Sampler
from gateway.spool import Anchor, AnchorKind, Edge, Located, ReadingEntry, RealDisk, Spool
from gateway.spool_limits import limits_of
from gateway.status.file import is_running, read_said
from sensorhub.broker import BrokerSettings
from sensorhub.clock import BootClock, boot_ns, wall_ns
from sensorhub.signing import write_new_key
from tests.gateway.recorder.contacts import contact
from tests.ports import free_port
from tests.waiting import until

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Seen:
    """A watcher that remembers."""

    def __init__(self) -> None:
        self.edges: list[Edge] = []
        self.settled_ns = 0

    def accepted(self, edges: Sequence[Edge], settled_until_ns: int) -> None:
        self.edges += edges
        self.settled_ns = settled_until_ns


def config(folder: Path, *sensors: SensorConfig) -> GatewayConfig:
    key = folder / "gateway.key"
    if not key.exists():
        write_new_key(key)
    return GatewayConfig(
        gateway="g",
        key_file=key,
        spool=folder / "spool",
        broker=BrokerSettings(port=free_port()),
        sensors=sensors or (SensorConfig(id="detector-1", pin=4, period_s=1),),
    )


@contextlib.asynccontextmanager
async def running(settings: GatewayConfig, factory: MockFactory, seen: Seen) -> AsyncIterator[Agent]:
    anchor = Anchor(boot_ns(), wall_ns(), 0, AnchorKind.GIVEN)
    agent = Agent(settings, clock=BootClock(), factory=factory, anchors=GivenAnchors(anchor), watcher=seen)
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(agent.run())
        await agent.started()
        yield agent
        task.cancel()


def journal(settings: GatewayConfig) -> list[Located]:
    limits = limits_of(settings)
    spool = Spool.open(RealDisk(settings.spool), "g", BootClock().boot_id, limits=limits, new_epoch=lambda: "0" * 16)
    try:
        return list(spool.scan())
    finally:
        spool.close()


async def test_agent_edge_is_in_the_journal_when_it_is_reported(tmp_path: Path) -> None:
    settings, factory, seen = config(tmp_path), MockFactory(), Seen()
    async with running(settings, factory, seen):
        pin = factory.pin(4)
        before = boot_ns()
        pin.drive_low()
        after = boot_ns()
        await until(lambda: bool(seen.edges), 5, "the closure is accepted")
        (edge,) = seen.edges
        assert edge.sensor == "detector-1"
        assert edge.level
        assert before <= edge.clock_ns <= after + 1_000_000
        assert seen.settled_ns >= edge.clock_ns
    assert edge in [located.entry for located in journal(settings)]


async def test_agent_readings_of_a_quiet_contact_are_zeros(tmp_path: Path) -> None:
    settings, seen = config(tmp_path), Seen()
    async with running(settings, MockFactory(), seen) as agent:
        await until(lambda: agent.outstanding >= 2, 10, "an interval closes")
    readings = [located.entry for located in journal(settings) if isinstance(located.entry, ReadingEntry)]
    assert {measured.value for measured in readings[-1].values if measured.quantity != "coverage"} == {0.0}


async def test_agent_stopped_writes_what_was_pending(tmp_path: Path) -> None:
    settings, factory, seen = config(tmp_path), MockFactory(), Seen()
    async with running(settings, factory, seen):
        factory.pin(4).drive_low()
        stop_ns = boot_ns() + 25_000_000
        await until(lambda: boot_ns() >= stop_ns, 5, "the contact is still for its debounce time")
    edges = [located.entry for located in journal(settings) if isinstance(located.entry, Edge)]
    assert [edge.level for edge in edges] == [False, True]


async def test_agent_pin_that_cannot_be_read_costs_only_its_own_sensor(tmp_path: Path) -> None:
    factory, seen = MockFactory(), Seen()
    other_owner = Seen()
    factory.reserve_pins(other_owner, 5)
    settings = config(tmp_path, SensorConfig(id="broken", pin=5), SensorConfig(id="well", pin=6))
    async with running(settings, factory, seen):
        factory.pin(6).drive_low()
        await until(lambda: bool(seen.edges), 5, "the neighbour's closure is accepted")
    assert [edge.sensor for edge in seen.edges] == ["well"]


async def test_contacts_pin_that_can_be_read_later_is_watched_then() -> None:
    factory, other_owner = MockFactory(), Seen()
    factory.reserve_pins(other_owner, 5)
    clock, sensor = BootClock(), SensorConfig(id="late", pin=5)
    sampler = Sampler(clock, [contact("late", 60_000_000_000, 20_000_000, AnchorBook())])
    faults = Faults()
    contacts = Contacts([sensor], clock, factory, sampler, faults)
    assert contacts.watch() == []
    assert set(faults) == {"late"}
    factory.release_pins(other_owner, 5)
    (found,) = contacts.watch()
    assert (found.sensor, found.levels) == ("late", (False,))
    assert not faults
    assert contacts.watch() == []
    contacts.close()


async def test_agent_started_again_goes_on_in_the_same_boot(tmp_path: Path) -> None:
    settings = config(tmp_path)
    for _ in range(2):
        factory, seen = MockFactory(), Seen()
        async with running(settings, factory, seen):
            factory.pin(4).drive_low()
            await until(lambda seen=seen: bool(seen.edges), 5, "the closure is accepted")  # type: ignore[misc]
    located = journal(settings)
    assert {entry.boot for entry in located} == {0}
    sequences = [entry.sequence for entry in located if entry.sequence]
    assert sequences == sorted(set(sequences))


async def test_agent_cancelled_while_it_writes_writes_nothing_twice(tmp_path: Path) -> None:
    settings, factory, seen = config(tmp_path), MockFactory(), Seen()
    for _ in range(10):
        async with running(settings, factory, seen) as agent:
            factory.pin(4).drive_low()
            settled_ns = boot_ns() + 25_000_000
            await until(lambda settled_ns=settled_ns: boot_ns() >= settled_ns, 5, "the contact is still")  # type: ignore[misc]
            agent.hurry()
            await asyncio.get_running_loop().run_in_executor(None, id, agent)  # one turn of the loop: the write begins
    edges = [located.entry for located in journal(settings) if isinstance(located.entry, Edge)]
    assert len(edges) == len(set(edges))
    assert sum(edge.level and not edge.observed for edge in edges) == 10


async def test_agent_says_how_it_is_beside_its_spool(tmp_path: Path) -> None:
    settings, seen = config(tmp_path), Seen()
    async with running(settings, MockFactory(), seen):
        said = await until(lambda: read_said(settings.spool), 5, "it says how it is")
        assert is_running(settings.spool)
        assert said is not None
        assert said.status.state == "ready"
        assert not said.connected
        assert said.status.clock.source == "given"
        assert said.status.spool_free_bytes > 0
        assert said.percent < 1
    last = read_said(settings.spool)
    assert last is not None
    assert last.status.state == "disconnected"
    assert not is_running(settings.spool)
