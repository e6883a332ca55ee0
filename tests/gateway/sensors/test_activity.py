"""`activity`: how much somebody moves in a room."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_config.catalogue import entry
from gateway.sensors.activity import tally
from sensorhub.reading import US_PER_S
from simulators.world.place import Stay
from tests.gateway.sensors.contact_stand import START_US, ContactStand, Told, drive
from tests.simulators.world.places import STREET, place


def test_activity_is_the_share_of_the_time() -> None:
    assert drive(tally({}), [(6.0, 0, True), (12.0, 0, False), (54.0, 0, True)]) == {"activity": pytest.approx(20.0)}


def test_single_movements_are_not_journalled() -> None:
    assert not entry("activity").journalled
    assert entry("activity").is_care


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 2_000), st.integers(1, 1_500)), max_size=10))
def test_whoever_moves_is_told(movements: list[tuple[int, int]]) -> None:
    stays = []
    at_s = 0
    for still_s, moves_s in movements:
        stays.append(Stay(START_US + (at_s + still_s) * US_PER_S, START_US + (at_s + still_s + moves_s) * US_PER_S))
        at_s += still_s + moves_s
    ContactStand(Told(stays=stays), kind="activity", pin=5).compare(9_000)


def test_two_days_of_a_room_are_told_as_they_were() -> None:
    stand = ContactStand(place(STREET), kind="activity", pin=5)
    assert 0 < stand.compare(2 * 86_400)["activity"] < 100
