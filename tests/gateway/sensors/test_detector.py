"""`detector`: a contact over a loop at a stop line."""

import pytest
from hypothesis import given, settings

from gateway.sensors.detector import tally
from sensorhub.clock import seconds_ns
from simulators.world.place import Passage
from tests.gateway.sensors.contact_stand import ContactStand, Told, drive
from tests.gateway.sensors.passing import long_enough_s, passages
from tests.simulators.world.places import STREET, place


def test_closures_share_and_mean_of_on_time() -> None:
    values = drive(tally({}), [(1.0, 0, True), (3.0, 0, False), (10.0, 0, True), (11.0, 0, False), (58.0, 0, True)])
    assert values == pytest.approx({"actuation_count": 3, "occupancy": 5 / 60 * 100, "mean_on_time": 1.5})


def test_on_time_across_the_end_is_split_for_the_share_and_whole_for_the_mean() -> None:
    contact = tally({})
    assert drive(contact, [(54.0, 0, True)]) == pytest.approx({"actuation_count": 1, "occupancy": 10})
    contact.empty()
    contact.advance(seconds_ns(72))
    contact.edge(0, seconds_ns(72), False)
    contact.advance(seconds_ns(120))
    second = contact.values(seconds_ns(60))
    assert second == pytest.approx({"actuation_count": 0, "occupancy": 20, "mean_on_time": 18})


def test_closure_whose_beginning_was_not_seen_has_no_on_time() -> None:
    contact = tally({})
    contact.observe(0, 0, True)
    contact.advance(seconds_ns(6))
    contact.edge(0, seconds_ns(6), False)
    assert contact.values(seconds_ns(60)) == pytest.approx({"actuation_count": 0, "occupancy": 10})


@settings(max_examples=60, deadline=None)
@given(passages((1_500, 48_000), (180, 1_875), stands_ds=(1, 900)))
def test_whatever_stands_there_is_what_is_told(vehicles: list[Passage]) -> None:
    stand = ContactStand(Told(vehicles), kind="detector", pin=5)
    assert stand.compare(long_enough_s(vehicles))["actuation_count"] == len(vehicles)


def test_a_day_at_a_stop_line_is_told_as_it_was() -> None:
    stand = ContactStand(place(STREET), kind="detector", pin=5)
    assert stand.compare(86_400)["actuation_count"] > 1_000
