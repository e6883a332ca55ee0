"""`noise-level`: voltage to decibels, and the three levels of an interval."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.buses.adc import volts
from gateway.sensors.noise_level import NoiseLevel, la10, laeq
from gateway.sensors.part import PartFault
from gateway.spool.entries import Measured
from tests.gateway.sensors.bus_rig import SENSORS, Wrong, rig

SENSOR = SENSORS["noise-level"]
LEVELS = st.lists(st.floats(20, 140), min_size=1, max_size=120)


class Counts:
    """A converter that reads what it is told."""

    def __init__(self, counts: int) -> None:
        self.counts = counts

    def raw(self) -> int:
        return self.counts

    def close(self) -> None:
        pass


def meter(counts: int, db_per_volt: float = 50.0, offset_db: float = 0.0) -> NoiseLevel:
    return NoiseLevel(Counts(counts), db_per_volt, offset_db)  # type: ignore[arg-type]


def test_fifty_db_are_a_volt() -> None:
    (measured,) = meter(465).read(0)
    assert measured.quantity == "laeq"
    assert measured.value == pytest.approx(75.0, abs=0.09)
    assert volts(465) == pytest.approx(1.5, abs=0.002)


def test_constants_are_slope_and_offset() -> None:
    (measured,) = meter(465, db_per_volt=40.0, offset_db=-2.5).read(0)
    assert measured.value == pytest.approx(volts(465) * 40 - 2.5)


@pytest.mark.parametrize("counts", [0, 1, 90, 902, 1023])
def test_voltage_that_is_no_output_is_a_fault(counts: int) -> None:
    with pytest.raises(PartFault, match=r"none of its outputs \(0.6 to 2.6 V\)"):
        meter(counts).read(0)


@pytest.mark.parametrize("counts", [150, 186, 807, 880])
def test_outputs_of_the_meter_are_read(counts: int) -> None:
    assert meter(counts).read(0)


def test_laeq_is_the_mean_of_the_energy() -> None:
    assert laeq([60.0, 70.0]) == pytest.approx(10 * math.log10((10**6 + 10**7) / 2))
    assert laeq([90.0] + [0.0] * 9) == pytest.approx(80.0, abs=1e-6)


def test_la10_is_exceeded_by_a_tenth() -> None:
    assert la10([float(level) for level in range(1, 61)]) == 54.0
    assert la10([50.0] * 54 + [80.0] * 6) == 50.0
    assert la10([50.0] * 53 + [80.0] * 7) == 80.0
    assert la10([61.0]) == 61.0


@given(LEVELS)
def test_levels_of_an_interval_are_in_order(levels: list[float]) -> None:
    assert min(levels) - 1e-9 <= laeq(levels) <= max(levels) + 1e-9
    assert sum(level > la10(levels) for level in levels) <= len(levels) // 10


@given(st.floats(20, 140), st.integers(1, 100))
def test_steady_level_is_all_three(level: float, number: int) -> None:
    found = meter(0).summary([[Measured("laeq", level)]] * number)
    assert {measured.quantity: measured.value for measured in found} == {
        "laeq": pytest.approx(level),
        "la10": level,
        "lamax": level,
    }


def test_kind_is_indicative() -> None:
    assert SENSOR.entry.indicative


def test_dead_meter_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(PartFault, match=r"gives 0.00 V"):
        rig(SENSOR, tmp_path, Wrong(is_dead=True)).read()
