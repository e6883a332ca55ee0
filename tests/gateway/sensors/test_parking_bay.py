"""A parking bay: what it tells of vehicles that come and go, and of bad bytes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.sensors.part import PartFault
from sensorhub.reading import US_PER_S
from simulators.parts.tamper import Tamper
from simulators.wires.chips.a02yyuw import frame_of
from simulators.world.place import Place, Stay
from tests.gateway.sensors.stand import START_US, Stand

MIN_US = 60 * US_PER_S


class Bay(Place):
    """Two cars, the second for 35 s of its last minute."""

    def bay(self) -> Iterator[Stay]:
        yield Stay(self.start_us + MIN_US, self.start_us + 3 * MIN_US)
        yield Stay(self.start_us + 4 * MIN_US, self.start_us + 5 * MIN_US + 35 * US_PER_S)


def stand(folder: Path, tamper: Tamper | None = None, **calibration: float) -> Stand:
    return Stand(folder, Bay(START_US), tamper, kind="parking-bay", bus="uart-0", calibration=calibration)


def test_what_it_tells_is_true(tmp_path: Path) -> None:
    with stand(tmp_path) as bay:
        bay.compare(intervals=8)


@pytest.mark.parametrize("below", [100, 4_000])
@pytest.mark.parametrize("hysteresis", [0, 400])
def test_it_tells_vehicles_apart_with_every_calibration(tmp_path: Path, below: float, hysteresis: float) -> None:
    with stand(tmp_path, occupied_below_mm=below, hysteresis_mm=hysteresis) as bay:
        bay.compare(intervals=3)


def test_a_vehicle_has_left_when_the_distance_is_more_by_the_hysteresis(tmp_path: Path) -> None:
    with stand(tmp_path, occupied_below_mm=1_000, hysteresis_mm=100) as bay:
        line = bay.bench.pty("uart-0")
        occupied = []
        for distance in (1_050, 999, 1_050, 1_099, 1_100, 1_050):
            line.send(frame_of(distance))
            occupied.append(bay.part.read(0)[0].value)  # type: ignore[index]

    assert occupied == [0, 1, 1, 1, 0, 0]


def test_occupied_by_half_of_the_samples_is_not_by_most(tmp_path: Path) -> None:
    with stand(tmp_path) as bay:
        free, taken = bay.read(0), bay.read(70)
        assert free is not None and taken is not None
        assert bay.part.summary([free, taken])[0].value == 0
        assert bay.part.summary([free, taken, taken])[0].value == 1


class Rain(Tamper):
    """The echo does not come back."""

    def echo_lost(self, clock_ns: int) -> bool:
        return True


class Dead(Tamper):
    """The ranger has no supply."""

    def dead(self, clock_ns: int) -> bool:
        return True


def test_no_echo_is_a_fault_and_not_an_empty_bay(tmp_path: Path) -> None:
    with stand(tmp_path, Rain()) as bay, pytest.raises(PartFault, match="has no echo"):
        bay.read(0)


def test_a_dead_ranger_is_a_fault(tmp_path: Path) -> None:
    with stand(tmp_path, Dead()) as bay, pytest.raises(PartFault, match="is silent"):
        bay.read(0)
