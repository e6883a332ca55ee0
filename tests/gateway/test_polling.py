"""The worker thread that reads parts, as the event loop drives it."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from gpiozero.pins.mock import MockFactory

from firmware_config.gateway import GatewayConfig
from firmware_config.sensor import SensorConfig
from gateway.anchors.times import AnchorBook
from gateway.buses.buses import Buses, BusWorld
from gateway.polling import Polling, polling_of
from gateway.recorder.faults import Faults
from gateway.recorder.kinds import sensed
from gateway.recorder.poller import Poller
from gateway.recorder.sampled import Sampled
from gateway.sensors.part import Part, Sample
from gateway.spool import Measured
from sensorhub.clock import BootClock, MeasurementClock
from tests.waiting import until

pytestmark = pytest.mark.anyio

S = 1_000_000_000


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class StillClock:
    """A measurement clock that somebody else drives."""

    boot_id = UUID(int=1)
    ns = 0

    def now_ns(self) -> int:
        return self.ns


class CalledPart(Part):
    """Remembers in which threads it was called, and does what it is told to at each read."""

    def __init__(self, at_read: Callable[[], None] = lambda: None) -> None:
        self.threads: set[str] = set()
        self.reads = 0
        self.closed = False
        self._at_read = at_read

    def read(self, clock_ns: int) -> Sample:
        self.threads.add(threading.current_thread().name)
        self._at_read()
        self.reads += 1
        return [Measured("air_temperature", 7.0)]

    def close(self) -> None:
        self.threads.add(threading.current_thread().name)
        self.closed = True


def polling_for(clock: MeasurementClock, sample_s: float, **parts: CalledPart) -> Polling:
    sensors = [SensorConfig(id=name, kind="air-climate", bus="i2c-1", sample_s=sample_s) for name in parts]
    measuring = {sensor.id: sensed(sensor, AnchorBook()) for sensor in sensors}
    poller = Poller(
        sensors,
        {name: each for name, each in measuring.items() if isinstance(each, Sampled)},
        clock=clock,
        buses=Buses(MockFactory()),
        faults=Faults(),
        make=lambda sensor, _: parts[sensor.id],
    )
    return Polling("g", poller, clock)


async def test_polling_reads_in_its_thread_when_it_is_told_that_the_clock_is_there() -> None:
    clock, part = StillClock(), CalledPart()
    polling = polling_for(clock, 10, a=part)
    await polling.begin()
    assert polling.next_ns == 9_500_000_000
    await polling.poll()
    assert part.reads == 0
    clock.ns = 10 * S
    assert polling.due(clock.ns) == ["a"]
    await polling.poll()
    assert part.reads == 1
    assert polling.newest["a"][0] == 9_500_000_000
    assert polling.next_ns == 19_500_000_000
    await polling.close()
    assert part.closed
    assert part.threads == {"parts g_0"}


async def test_polling_runs_by_itself_on_a_clock_that_does() -> None:
    part = CalledPart()
    polling = polling_for(BootClock(), 0.01, a=part)
    await polling.begin()
    task = asyncio.create_task(polling.run())
    await until(lambda: part.reads >= 5, 5, "it is read again and again")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await polling.close()


async def test_polling_part_that_blocks_does_not_hold_up_the_event_loop_and_is_let_go_of_after_its_read() -> None:
    entered, go_on = threading.Event(), threading.Event()

    def block() -> None:
        entered.set()
        go_on.wait(10)

    part = CalledPart(block)
    polling = polling_for(BootClock(), 0.01, a=part)
    await polling.begin()
    task = asyncio.create_task(polling.run())
    await until(entered.is_set, 5, "it is being read")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    closing = asyncio.create_task(polling.close())
    done, _ = await asyncio.wait([closing], timeout=0.05)
    assert not done
    assert not part.closed
    go_on.set()
    await closing
    assert part.closed


async def test_polling_of_a_gateway_without_parts_ends_at_once(tmp_path: Path) -> None:
    config = GatewayConfig(gateway="g", key_file=tmp_path / "key", sensors=(SensorConfig(id="d", pin=4),))
    clock = StillClock()
    polling = polling_of(config, {}, clock, Buses(MockFactory()), Faults())
    await polling.begin()
    assert polling.next_ns is None
    await polling.run()
    await polling.close()


async def test_polling_of_a_configuration_reads_its_parts_over_their_buses(tmp_path: Path) -> None:
    sensor = SensorConfig(id="road", kind="road-temperature", bus="1-wire", device="28-0316a2798aff")
    (tmp_path / "28-0316a2798aff").mkdir()
    config = GatewayConfig(gateway="g", key_file=tmp_path / "key", sensors=(sensor,))
    clock, faults = StillClock(), Faults()
    part = sensed(sensor, AnchorBook())
    assert isinstance(part, Sampled)
    polling = polling_of(config, {"road": part}, clock, Buses(MockFactory(), BusWorld(one_wire=tmp_path)), faults)
    await polling.begin()
    for second in (60, 120):
        clock.ns = second * S
        await polling.poll()
    assert "28-0316a2798aff" in faults["road"].text
    await polling.close()
