"""`footfall`: people through two beams."""

import pytest
from hypothesis import given, settings

from gateway.sensors.footfall import tally
from sensorhub.clock import seconds_ns
from simulators.world.place import Passage
from tests.gateway.sensors.contact_stand import ContactStand, Told, drive
from tests.gateway.sensors.passing import long_enough_s, passages
from tests.simulators.world.places import STREET, place

OUTER, INNER = 0, 1
PINS = {"outer": 5, "inner": 6}


def beams(*steps: tuple[int, bool]) -> dict[str, float]:
    """What beams that are broken (True) and clear again a tenth of a second apart come to."""
    return drive(tally({}), [(1.0 + at / 10, beam, level) for at, (beam, level) in enumerate(steps)])


IN = ((OUTER, True), (INNER, True), (OUTER, False), (INNER, False))
OUT = ((INNER, True), (OUTER, True), (INNER, False), (OUTER, False))


def test_order_of_the_beams_is_the_direction() -> None:
    assert beams(*IN, *IN, *OUT) == {"people_in_count": 2, "people_out_count": 1}


@pytest.mark.parametrize(
    "steps",
    [
        ((OUTER, True), (OUTER, False)),
        ((OUTER, True), (INNER, True), (INNER, False), (OUTER, False)),
        ((OUTER, True), (OUTER, False), (INNER, True), (INNER, False)),
    ],
    ids=["an arm", "turns back", "two arms"],
)
def test_who_does_not_pass_is_not_counted(steps: tuple[tuple[int, bool], ...]) -> None:
    assert beams(*steps) == {"people_in_count": 0, "people_out_count": 0}
    assert beams(*steps, *IN) == {"people_in_count": 1, "people_out_count": 0}


def test_who_hesitates_between_the_beams_is_counted_once() -> None:
    hesitates = ((OUTER, True), (INNER, True), (INNER, False), (INNER, True), (OUTER, False), (INNER, False))
    assert beams(*hesitates) == {"people_in_count": 1, "people_out_count": 0}


def test_who_stood_there_at_first_is_not_counted() -> None:
    people = tally({})
    people.observe(OUTER, 0, True)
    people.observe(INNER, 0, True)
    people.edge(OUTER, seconds_ns(1), False)
    people.edge(INNER, seconds_ns(2), False)
    assert people.values(1) == {"people_in_count": 0, "people_out_count": 0}


def test_who_is_between_the_beams_is_forgotten_when_they_are_not_read() -> None:
    people = tally({})
    drive(people, [(1.0, OUTER, True), (1.1, INNER, True)], 1.5)
    people.lose(seconds_ns(1.5))
    assert drive(people, [(2.0, INNER, True), (2.1, INNER, False)])["people_in_count"] == 0


@settings(max_examples=100, deadline=None)
@given(passages((400, 3_000), (20, 45), stands_ds=(1, 300)))
def test_whoever_passes_is_told(people: list[Passage]) -> None:
    stand = ContactStand(Told(people), kind="footfall", pins=PINS)
    truths = stand.compare(long_enough_s(people))
    out = sum(passage.reverse for passage in people)
    assert (truths["people_in_count"], truths["people_out_count"]) == (len(people) - out, out)


def test_a_day_at_a_shop_is_told_as_it_was() -> None:
    stand = ContactStand(place(STREET), kind="footfall", pins=PINS)
    truths = stand.compare(86_400)
    assert truths["people_in_count"] > 500
    assert truths["people_out_count"] > 500
