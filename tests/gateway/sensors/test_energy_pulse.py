"""`energy-pulse`: pulses of a meter."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.sensors.energy_pulse import tally
from sensorhub.reading import US_PER_S
from simulators.world.place import Place
from tests.gateway.sensors.contact_stand import START_US, ContactStand, drive
from tests.simulators.world.places import STREET, place


class Using(Place):
    """A steady load in W."""

    def __init__(self, load_w: float) -> None:
        super().__init__(START_US)
        self._load_w = load_w

    def energy_wh(self, time_us: int) -> float:
        return self._load_w * (time_us - self.start_us) / US_PER_S / 3_600


@pytest.mark.parametrize(("pulses_per_kwh", "energy_wh"), [(1_000, 3.0), (500, 6.0), (10_000, 0.3)])
def test_energy_is_pulses_by_the_meters_constant(pulses_per_kwh: float, energy_wh: float) -> None:
    edges = [edge for at in range(3) for edge in ((5.0 + at, 0, True), (5.04 + at, 0, False))]
    assert drive(tally({"pulses_per_kwh": pulses_per_kwh}), edges) == {"energy": pytest.approx(energy_wh)}


def test_nothing_used_is_zero() -> None:
    assert drive(tally({"pulses_per_kwh": 1_000}), []) == {"energy": 0.0}


@settings(max_examples=30, deadline=None)
@given(st.floats(0.0, 40_000.0), st.sampled_from([100, 500, 1_000]))
def test_whatever_is_used_is_what_is_told(load_w: float, pulses_per_kwh: int) -> None:
    stand = ContactStand(
        Using(load_w), kind="energy-pulse", pin=5, calibration={"pulses_per_kwh": pulses_per_kwh}, period_s=60
    )
    assert stand.compare(600)["energy"] == pytest.approx(load_w / 6)


def test_a_day_of_a_feeder_is_told_as_it_was() -> None:
    stand = ContactStand(place(STREET), kind="energy-pulse", pin=5)
    assert stand.compare(86_400)["energy"] > 1_000
