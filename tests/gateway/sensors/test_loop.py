"""`loop`: vehicles over a counting loop."""

import pytest
from hypothesis import given, settings

from gateway.sensors.loop import tally
from sensorhub.clock import seconds_ns
from simulators.world.place import Passage
from tests.gateway.sensors.contact_stand import ContactStand, Told, drive
from tests.gateway.sensors.passing import long_enough_s, passages
from tests.simulators.world.places import A127, place


def test_vehicle_counts_when_it_leaves() -> None:
    loop = tally({})
    first = drive(loop, [(1.0, 0, True), (3.0, 0, False), (57.0, 0, True)])
    assert first == pytest.approx({"vehicle_count": 1, "occupancy": 5 / 60 * 100, "mean_on_time": 2})
    loop.empty()
    loop.advance(seconds_ns(63))
    loop.edge(0, seconds_ns(63), False)
    assert loop.values(seconds_ns(60)) == pytest.approx({"vehicle_count": 1, "occupancy": 5, "mean_on_time": 6})


def test_vehicle_that_stood_there_at_first_counts_without_on_time() -> None:
    loop = tally({})
    loop.observe(0, 0, True)
    loop.edge(0, seconds_ns(6), False)
    assert loop.values(seconds_ns(60)) == pytest.approx({"vehicle_count": 1, "occupancy": 10})


@settings(max_examples=60, deadline=None)
@given(passages((1_500, 48_000), (180, 1_875), stands_ds=(1, 900)))
def test_whatever_passes_is_what_is_told(vehicles: list[Passage]) -> None:
    stand = ContactStand(Told(vehicles), kind="loop", pin=5, calibration={"loop_length_m": 1.8})
    assert stand.compare(long_enough_s(vehicles))["vehicle_count"] == len(vehicles)


def test_a_day_on_a_road_is_told_as_it_was() -> None:
    stand = ContactStand(place(A127), kind="loop", pin=5)
    assert stand.compare(86_400)["vehicle_count"] > 10_000
