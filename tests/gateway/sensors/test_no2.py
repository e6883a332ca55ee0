"""`no2`: two electrodes come to a mass of gas; the converter's own tests are in tests/gateway/buses/test_ads1115.py."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sensors.no2 import no2_ug_m3
from gateway.sensors.part import PartFault
from simulators.world.place import Air, Place
from tests.gateway.sensors.bus_rig import CELL, SENSORS, START_US, Wrong, rig

SENSOR = SENSORS["no2"]


class Kerb(Place):
    """As much gas as it is made with."""

    def __init__(self, no2: float) -> None:
        super().__init__(START_US)
        self._no2 = no2

    def air(self, time_us: int) -> Air:
        return Air(self._no2, 1.0, 2.0, 3.0)


def test_one_ppb_is_1_9125_ug_m3() -> None:
    assert no2_ug_m3(231.0 + 0.31, 238.0, CELL) == pytest.approx(1.9125)


def test_auxiliary_electrode_takes_out_the_drift() -> None:
    drifted = no2_ug_m3(231.0 + 31.0 + 1.3 * 7.0, 238.0 + 7.0, CELL)
    assert drifted == pytest.approx(no2_ug_m3(231.0 + 31.0, 238.0, CELL)) == pytest.approx(100 * 1.9125)


def test_less_than_the_zero_keeps_its_number() -> None:
    assert no2_ug_m3(231.0 - 3.1, 238.0, CELL) == pytest.approx(-19.125)


@given(st.floats(-200, 2_000), st.floats(-200, 200))
def test_formula_turns_around(working_mv: float, auxiliary_mv: float) -> None:
    ppb = no2_ug_m3(working_mv, auxiliary_mv, CELL) / 1.9125
    assert CELL["working_zero_mv"] + ppb * 0.31 + 1.3 * (auxiliary_mv - 238.0) == pytest.approx(working_mv, abs=1e-6)


@pytest.mark.parametrize("no2", [0.0, 40.0, 200.0, 1_000.0])
def test_gas_and_both_voltages_are_read(no2: float, tmp_path: Path) -> None:
    sample = rig(SENSOR, tmp_path, place=Kerb(no2)).read()
    found = {measured.quantity: measured.value for measured in sample}
    assert found["no2"] == pytest.approx(no2, abs=2.0)
    assert found["no2"] == no2_ug_m3(found["no2_working"], found["no2_auxiliary"], SENSOR.constants)


def test_kind_is_indicative_and_its_constants_must_be_given() -> None:
    known = SENSOR.entry
    assert known.indicative
    assert [each.name for each in known.constants if each.default is None] == [
        "working_zero_mv",
        "auxiliary_zero_mv",
        "sensitivity_mv_per_ppb",
    ]


def test_too_much_gas_for_the_converter_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(PartFault, match=r"above 2\.048 V"):
        rig(SENSOR, tmp_path, place=Kerb(20_000.0)).read()


def test_dead_cell_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(PartFault, match="Nothing answers at 0x48 on i2c-1"):
        rig(SENSOR, tmp_path, Wrong(is_dead=True), Kerb(10.0)).read()
