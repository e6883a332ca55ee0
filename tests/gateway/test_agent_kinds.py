"""The agent with a sensor of each shape: edges in memory, a held contact, a part on a bus."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory

from firmware_config.gateway import GatewayConfig
from firmware_config.sensor import SensorConfig
from gateway.agent import Agent
from gateway.anchors.sources import GivenAnchors
from gateway.buses.buses import BusWorld
from gateway.buses.one_wire import crc8
from gateway.spool import Anchor, AnchorKind, Edge, ReadingEntry, RealDisk, Spool
from gateway.spool_limits import limits_of
from sensorhub.broker import BrokerSettings
from sensorhub.clock import BootClock, boot_ns, wall_ns
from sensorhub.signing import write_new_key
from tests.ports import free_port
from tests.waiting import until

pytestmark = pytest.mark.anyio

PROBE = "28-0316a2798aff"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def config(folder: Path, *sensors: SensorConfig) -> GatewayConfig:
    key = folder / "gateway.key"
    write_new_key(key)
    return GatewayConfig(
        gateway="g",
        key_file=key,
        spool=folder / "spool",
        broker=BrokerSettings(port=free_port()),
        sensors=sensors,
    )


def put_probe(folder: Path, sixteenths: int) -> None:
    """A DS18B20 as the kernel shows it."""
    read = bytes((sixteenths & 255, sixteenths >> 8, 0x4B, 0x46, 0x7F, 0xFF, 0x0C, 0x10))
    text = " ".join(f"{byte:02x}" for byte in (*read, crc8(read)))
    (folder / PROBE).mkdir(exist_ok=True)
    (folder / PROBE / "w1_slave").write_text(f"{text} : crc={crc8(read):02x} YES\n{text} t=0\n")


@contextlib.asynccontextmanager
async def running(
    settings: GatewayConfig, factory: MockFactory, buses: BusWorld, *, driven: bool = False
) -> AsyncIterator[Agent]:
    anchors = GivenAnchors(Anchor(boot_ns(), wall_ns(), 0, AnchorKind.GIVEN))
    agent = Agent(settings, clock=BootClock(), factory=factory, anchors=anchors, buses=buses, driven=driven)
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(agent.run())
        await agent.started()
        yield agent
        task.cancel()


def spooled(settings: GatewayConfig) -> list[Edge | ReadingEntry]:
    limits = limits_of(settings)
    spool = Spool.open(RealDisk(settings.spool), "g", BootClock().boot_id, limits=limits, new_epoch=lambda: "0" * 16)
    try:
        return [located.entry for located in spool.scan() if isinstance(located.entry, Edge | ReadingEntry)]
    finally:
        spool.close()


async def test_agent_reads_a_part_over_its_bus_and_tells_when_it_fails(tmp_path: Path) -> None:
    put_probe(tmp_path, 16 * 7)
    probe = SensorConfig(id="road", kind="road-temperature", bus="1-wire", device=PROBE, period_s=1, sample_s=0.1)
    settings = config(tmp_path, probe, SensorConfig(id="d", pin=4, period_s=1))
    async with running(settings, MockFactory(), BusWorld(one_wire=tmp_path)) as agent:
        await until(lambda: agent.outstanding >= 6, 10, "intervals of both close")
        assert not agent.faults
        (tmp_path / PROBE / "w1_slave").unlink()
        await until(lambda: "road" in agent.faults, 5, "the probe is missed")
        put_probe(tmp_path, 16 * 8)
        await until(lambda: not agent.faults, 5, "the probe is back")
    readings = [entry for entry in spooled(settings) if isinstance(entry, ReadingEntry)]
    assert {reading.sensor for reading in readings} == {"road", "d"}
    values = [reading.values[0] for reading in readings if reading.sensor == "road"]
    assert values[0].quantity == "road_temperature"
    assert values[0].value == 7
    times = [reading.clock_ns for reading in readings if reading.sensor == "road"]
    assert times == sorted(set(times))


async def test_agent_that_is_driven_reads_when_it_is_told_to(tmp_path: Path) -> None:
    put_probe(tmp_path, 16 * 7)
    probe = SensorConfig(id="road", kind="road-temperature", bus="1-wire", device=PROBE, period_s=1, sample_s=0.1)
    settings = config(tmp_path, probe)
    async with running(settings, MockFactory(), BusWorld(one_wire=tmp_path), driven=True) as agent:
        first_ns = agent.next_poll_ns
        assert first_ns is not None
        await until(lambda: agent.due(boot_ns()) == ["road"], 5, "a read is due")
        assert agent.next_poll_ns == first_ns
        await agent.poll()
        assert agent.next_poll_ns > first_ns


async def test_agent_tells_a_held_contact_at_once_and_journals_nothing_of_it(tmp_path: Path) -> None:
    factory = MockFactory()
    settings = config(tmp_path, SensorConfig(id="door", kind="cabinet-door", pin=4))
    async with running(settings, factory, BusWorld()) as agent:
        await until(lambda: agent.outstanding == 1, 5, "it is told as it was found")
        factory.pin(4).drive_low()
        await until(lambda: agent.outstanding == 2, 5, "its change is told")
    first, second = spooled(settings)
    assert isinstance(first, ReadingEntry)
    assert isinstance(second, ReadingEntry)
    assert {first.values[0].value, second.values[0].value} == {0.0, 1.0}


async def test_agent_journals_no_edge_of_social_care(tmp_path: Path) -> None:
    factory = MockFactory()
    room = SensorConfig(id="room", kind="activity", pin=4)
    settings = config(tmp_path, room.model_copy(update={"period_s": 1}))  # no file may say so
    async with running(settings, factory, BusWorld()) as agent:
        factory.pin(4).drive_low()
        settled_ns = boot_ns() + 60_000_000
        await until(lambda: boot_ns() >= settled_ns, 5, "the contact is still for its debounce time")
        factory.pin(4).drive_high()
        await until(lambda: agent.outstanding >= 2, 10, "an interval closes")
    found = spooled(settings)
    assert all(isinstance(entry, ReadingEntry) for entry in found)
    activity = [entry.values[0].value for entry in found if isinstance(entry, ReadingEntry)]
    assert max(activity) > 0
