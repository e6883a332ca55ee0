"""The driver against a gateway that is a few lines: pace, waiting, reads over buses, the end."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from firmware_config.sensor import SensorConfig
from gateway.sensors.pins import ContactPin
from gateway.spool.entries import Edge
from sensorhub.reading import NS_PER_S
from simulators.county.cabinet import Cabinet
from simulators.county.driver import BEYOND_NS, UNTAKEN_MAX, UNTAKEN_NS_MAX, Driver
from simulators.pace import START_NS
from tests.simulators.county.street import AIR, LOOP, cabinet, clock_s, pace
from tests.waiting import until

HOUR_NS = START_NS + 3_600 * NS_PER_S


class FakeGateway:
    """Reads the pins, polls its parts every `poll_s` seconds, and tells the driver what it is told to tell."""

    def __init__(self, made: Cabinet, poll_s: int | None) -> None:
        self.edges: list[tuple[int, bool]] = []
        self.polled: list[int] = []
        self.hurried = 0
        self.outstanding = 0
        self._clock = made.clock
        self._poll_ns = poll_s and poll_s * NS_PER_S
        self.next_poll_ns = START_NS + self._poll_ns if self._poll_ns else None
        self._contact = ContactPin(
            made.factory, 5, made.clock, lambda clock_ns, level: self.edges.append((clock_ns, level))
        )

    def due(self, clock_ns: int) -> Sequence[str]:
        return ["air"] if self.next_poll_ns is not None and self.next_poll_ns <= clock_ns else []

    async def poll(self) -> None:
        assert self.next_poll_ns is not None
        assert self._poll_ns
        self.polled.append(self._clock.now_ns())
        self.next_poll_ns += self._poll_ns

    def hurry(self) -> None:
        self.hurried += 1


class Rig:
    """A driver on a machine clock that stands at `machine_s`."""

    def __init__(
        self, folder: Path, *sensors: SensorConfig, speed: float | None = None, poll_s: int | None = None
    ) -> None:
        self.machine_s = 0.0
        self.cabinet = cabinet(folder, *(sensors or (LOOP,)), speed=speed)
        self.driver = Driver(self.cabinet, pace(speed), machine=lambda: round(self.machine_s * NS_PER_S))
        self.driver.skip(START_NS - 1)
        self.gateway = FakeGateway(self.cabinet, poll_s)

    @property
    def clock_ns(self) -> int:
        return self.cabinet.clock.now_ns()

    def accept(self, *, refused: bool = False) -> None:
        """Take what was driven; where it is refused, nothing of it settles."""
        self.driver.accepted([], 0 if refused else self.clock_ns)

    async def drive(self, until_ns: int) -> None:
        """Drive, while the gateway keeps up."""
        driving = asyncio.create_task(self.driver.drive(self.gateway, until_ns))
        while not driving.done():
            self.accept()
            await asyncio.sleep(0)
        await driving


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def test_driver_each_move_reaches_its_pin_at_its_time(rig: Rig) -> None:
    asyncio.run(rig.drive(HOUR_NS))
    moves = []
    for move in rig.cabinet.moves():
        if move.clock_ns >= HOUR_NS:
            break
        moves.append((move.clock_ns, move.active))
    assert rig.gateway.edges == moves
    assert rig.clock_ns == HOUR_NS


def test_driver_parts_are_settled_before_they_are_read(tmp_path: Path) -> None:
    rig = Rig(tmp_path, LOOP, AIR, poll_s=30)
    asyncio.run(rig.drive(HOUR_NS))
    assert rig.gateway.polled == [START_NS + number * 30 * NS_PER_S for number in range(1, 120)]
    (temperature, *_) = rig.cabinet.truths("air", START_NS, HOUR_NS)  # known where it was settled
    assert temperature.quantity == "air_temperature"
    assert temperature.value == pytest.approx(12.0)


def test_driver_clock_waits_for_a_gateway_that_takes_nothing(rig: Rig) -> None:
    async def drive() -> None:
        driving = asyncio.create_task(rig.driver.drive(rig.gateway, HOUR_NS))
        await until(lambda: rig.gateway.hurried > 3, 5, "the driver waits")
        assert rig.clock_ns == START_NS + UNTAKEN_NS_MAX
        rig.accept()
        await until(lambda: rig.clock_ns == START_NS + 2 * UNTAKEN_NS_MAX, 5, "it goes on")
        driving.cancel()

    asyncio.run(drive())


def test_driver_clock_waits_while_many_moves_are_not_taken(tmp_path: Path) -> None:
    async def drive() -> None:
        rig = Rig(tmp_path, SensorConfig(id="wind", kind="anemometer", pin=5))
        driving = asyncio.create_task(rig.driver.drive(rig.gateway, HOUR_NS))
        await until(lambda: rig.gateway.hurried > 3, 5, "the driver waits")
        assert len(rig.gateway.edges) == UNTAKEN_MAX
        assert rig.clock_ns < START_NS + UNTAKEN_NS_MAX
        rig.accept()
        await until(lambda: len(rig.gateway.edges) == 2 * UNTAKEN_MAX, 5, "it goes on")
        driving.cancel()

    asyncio.run(drive())


def test_driver_goes_on_where_the_card_refuses_what_was_taken(rig: Rig) -> None:
    async def drive() -> None:
        driving = asyncio.create_task(rig.driver.drive(rig.gateway, HOUR_NS))
        while not driving.done():
            rig.accept(refused=True)
            await asyncio.sleep(0)
        await driving

    asyncio.run(drive())
    assert rig.clock_ns == HOUR_NS


def test_driver_keeps_the_pace_of_the_machine(tmp_path: Path) -> None:
    async def drive() -> None:
        rig = Rig(tmp_path, speed=10.0)
        driving = asyncio.create_task(rig.driver.drive(rig.gateway, HOUR_NS))
        rig.machine_s = 2.05
        await until(lambda: clock_s(rig.clock_ns) == 20.5, 5, "20.5 s have passed in 2.05 s")
        rig.machine_s = 3.0
        await until(lambda: clock_s(rig.clock_ns) == 30.0, 5, "30 s have passed in 3 s")
        driving.cancel()

    asyncio.run(drive())


def test_driver_skips_what_nobody_was_there_to_see(rig: Rig) -> None:
    rig.driver.skip(START_NS + 1_800 * NS_PER_S)
    seen = len(rig.gateway.edges)
    assert clock_s(rig.clock_ns) == 1_800
    asyncio.run(rig.drive(HOUR_NS))
    later = rig.gateway.edges[seen:]
    assert later
    assert min(clock_ns for clock_ns, _ in later) > START_NS + 1_800 * NS_PER_S


def test_driver_coasts_while_the_power_is_off(tmp_path: Path) -> None:
    async def coast() -> None:
        rig = Rig(tmp_path, speed=1e6)
        await rig.driver.coast(START_NS + 1_800 * NS_PER_S)
        assert clock_s(rig.clock_ns) == 1_800

    asyncio.run(coast())


def test_driver_run_ends_when_all_is_closed_and_has_its_receipt(rig: Rig) -> None:
    async def finish() -> None:
        await rig.drive(HOUR_NS)
        rig.gateway.outstanding = 3
        finishing = asyncio.create_task(rig.driver.finish(rig.gateway))
        await until(lambda: rig.driver.ended, 5, "the run is over")
        assert rig.clock_ns == HOUR_NS + BEYOND_NS
        rig.accept()
        hurried = rig.gateway.hurried
        await until(lambda: rig.gateway.hurried > hurried, 5, "it waits for the receipts")
        assert not finishing.done()
        rig.gateway.outstanding = 0
        await asyncio.wait_for(finishing, 5)

    asyncio.run(finish())


def test_driver_counts_what_is_in_the_journal(rig: Rig) -> None:
    rig.driver.accepted([Edge("loop", START_NS, True), Edge("loop", START_NS + 1, False)], START_NS)
    assert rig.driver.accepted_edges == 2
