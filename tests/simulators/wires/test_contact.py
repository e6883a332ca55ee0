"""How simulated contacts bounce, and in which order they move."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_config.catalogue.entry import Signal
from firmware_config.sensor import SensorConfig
from gateway.recorder.debounce import Debounce
from simulators.parts.part import PinMove, Truth
from simulators.parts.tamper import Tamper
from simulators.pins import PlayerClock, PlayerFactory
from simulators.wires.bounce import BOUNCE_OF, REED, RELAY, SLOW_EDGE, STILL, Bounce
from simulators.wires.contact import Change, ContactPart, apart, held, in_order
from simulators.wires.wires import Bench, Wires
from simulators.world.place import Place
from tests.gateway.sensors.contact_stand import ContactStand
from tests.simulators.world.places import A127, place

MS = 1_000_000
PIN = 5


ALWAYS = replace(RELAY, share=1.0)


class Told(ContactPart):
    """Contacts that do as they are told."""

    told: Sequence[Change] = ()

    def _changes(self) -> Iterator[Change]:
        return iter(self.told)

    def truths(self, from_ns: int, until_ns: int) -> list[Truth]:
        return []


class Deaf(Tamper):
    """Nothing reaches the pins."""

    def moves(self, moves: Iterator[PinMove]) -> Iterator[PinMove]:
        return iter(())


def part(told: Sequence[Change], tamper: Tamper | None = None, bounce: Bounce = ALWAYS, debounce_ms: int = 20) -> Told:
    clock = PlayerClock(UUID(int=1), 0)
    wires = Wires(Bench(Path("unused"), clock, PlayerFactory(clock), 0, 0), Random(3), tamper or Tamper())
    sensor = SensorConfig(id="a", pin=PIN, debounce_ms=debounce_ms)
    made = Told(sensor, wires, Place(0), bounce)
    made.told = told
    return made


@pytest.mark.parametrize(("bounce", "debounce_ms"), [(RELAY, 2), (RELAY, 20), (REED, 1), (SLOW_EDGE, 1)])
@given(gaps_ms=st.lists(st.integers(0, 100), min_size=1, max_size=30))
def test_bounce_settles_at_each_change(bounce: Bounce, debounce_ms: int, gaps_ms: list[int]) -> None:
    told: list[Change] = []
    at_ns = 0
    for number, gap_ms in enumerate(gaps_ms):
        at_ns += gap_ms * MS + debounce_ms * MS + bounce.longest_ns + 1
        told.append((at_ns, PIN, number % 2 == 0))
    moves = list(part(told, bounce=replace(bounce, share=1.0)).moves())
    assert len(moves) == 3 * len(told)
    assert moves == sorted(moves)
    debounce = Debounce(debounce_ms * MS, level=False)
    settled = [debounce.edge(move.clock_ns, move.active) for move in moves]
    settled.append(debounce.settle(moves[-1].clock_ns + debounce_ms * MS))
    assert [(change.clock_ns, PIN, change.level) for change in settled if change] == told


def test_bounce_is_the_contacts_whatever_the_gateways_file_says() -> None:
    told = [(100 * MS * at, PIN, at % 2 == 1) for at in range(1, 50)]
    moves = [list(part(told, debounce_ms=debounce_ms).moves()) for debounce_ms in (0, 1, 20, 10_000)]
    assert moves[0] == moves[1] == moves[2] == moves[3]
    away_ns = [later.clock_ns - move.clock_ns for move, later in zip(moves[0], moves[0][1:], strict=False)]
    assert max(gap for gap in away_ns if gap < 50 * MS) > MS  # of a relay: more than a millisecond


def test_change_that_changes_nothing_does_not_bounce() -> None:
    assert list(part([(10, PIN, False)]).moves()) == [PinMove(10, PIN, False)]


def test_contact_that_is_still_does_not_bounce() -> None:
    told = [(10, PIN, True), (20, PIN, False)]
    assert [move.clock_ns for move in part(told, bounce=STILL).moves()] == [10, 20]


@pytest.mark.parametrize(
    ("told", "longest_us"),
    [
        ({"kind": "loop", "signal": "dry-contact"}, 4_000),
        ({"kind": "loop", "signal": "opto-24v"}, 20),
        ({"kind": "anemometer"}, 1_000),
        ({"kind": "activity", "signal": "logic-5v"}, 0),
    ],
    ids=str,
)
def test_contact_bounces_as_what_it_is(told: dict[str, str], longest_us: int) -> None:
    stand = ContactStand(place(A127), pin=PIN, **told)
    changed_ns, bounces_us = 0, [0.0]
    active = False
    for move in stand.moves(43_200):
        if move.clock_ns - changed_ns > 4_000_000:
            changed_ns = move.clock_ns
        elif move.active is not active:
            bounces_us.append((move.clock_ns - changed_ns) / 1_000)
        active = move.active
    assert longest_us / 2 <= max(bounces_us) <= longest_us


def test_every_signal_has_its_bounce() -> None:
    assert set(BOUNCE_OF) == set(get_args(Signal))


@pytest.mark.parametrize(("signal", "debounce_ms"), [("dry-contact", 1), ("opto-24v", 0)])
def test_sensor_that_is_debounced_for_too_short_a_time_counts_too_much(signal: str, debounce_ms: int) -> None:
    told = {"kind": "loop", "pin": PIN, "signal": signal}
    wrong = ContactStand(place(A127), **told, debounce_ms=debounce_ms)
    wrong.run(3_600)
    right = ContactStand(place(A127), **told).compare(3_600)["vehicle_count"]
    assert sum(reading["vehicle_count"] for reading in wrong.readings) > 1.1 * right


def test_sensor_that_is_debounced_for_too_long_counts_too_little() -> None:
    wrong = ContactStand(place(A127), kind="loop", pin=PIN, debounce_ms=1_000)
    wrong.run(3_600)
    right = ContactStand(place(A127), kind="loop", pin=PIN).compare(3_600)["vehicle_count"]
    assert sum(reading["vehicle_count"] for reading in wrong.readings) < 0.9 * right


def test_moves_begin_again_with_each_call_and_are_the_same() -> None:
    made = part([(100 * MS * at, PIN, at % 2 == 1) for at in range(1, 50)], bounce=RELAY)
    assert list(made.moves()) == list(made.moves())


def test_what_is_wrong_on_the_way_has_the_last_word() -> None:
    assert list(part([(10, PIN, True)], Deaf()).moves()) == []


def test_groups_that_overlap_come_in_order() -> None:
    groups: list[list[Change]] = [[(0, 5, True), (9, 5, False)], [(4, 6, True), (12, 6, False)], [(10, 5, True)]]
    assert [change[0] for change in in_order(groups)] == [0, 4, 9, 10, 12]


def test_in_order_is_lazy() -> None:
    def endless() -> Iterator[list[Change]]:
        at = 0
        while True:
            yield [(at, PIN, True), (at + 5, PIN, False)]
            at += 3

    changes = in_order(endless())
    assert [next(changes)[0] for _ in range(4)] == [0, 3, 5, 6]


def test_spans_become_changes() -> None:
    assert list(held([(1, 4), (8, 9)], PIN)) == [(1, PIN, True), (4, PIN, False), (8, PIN, True), (9, PIN, False)]


def test_spans_that_nearly_touch_are_one_and_short_ones_none() -> None:
    assert list(apart([(0, 10), (12, 30), (40, 42), (50, 60)], 5)) == [(0, 30), (50, 60)]
    assert list(apart([], 5)) == []
