"""How simulated contacts bounce, and in which order they move."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_config.sensor import SensorConfig
from gateway.recorder.debounce import Debounce
from simulators.parts.part import PinMove, Truth
from simulators.parts.tamper import Tamper
from simulators.pins import PlayerClock, PlayerFactory
from simulators.wires.contact import Change, ContactPart, apart, held, in_order
from simulators.wires.wires import Bench, Wires
from simulators.world.place import Place

MS = 1_000_000
PIN = 5


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


def part(told: Sequence[Change], tamper: Tamper | None = None, bouncing: float = 1.0, debounce_ms: int = 20) -> Told:
    clock = PlayerClock(UUID(int=1), 0)
    wires = Wires(Bench(Path("unused"), clock, PlayerFactory(clock), 0, 0), Random(3), tamper or Tamper())
    sensor = SensorConfig(id="a", pin=PIN, debounce_ms=debounce_ms)
    made = Told(sensor, wires, Place(0), bouncing)
    made.told = told
    return made


@pytest.mark.parametrize("debounce_ms", [1, 5, 20, 2_000])
@given(st.lists(st.integers(0, 100), min_size=1, max_size=30))
def test_bounce_settles_at_each_change(debounce_ms: int, gaps_ms: list[int]) -> None:
    told: list[Change] = []
    at_ns = 0
    for number, gap_ms in enumerate(gaps_ms):
        at_ns += gap_ms * MS + 3 * debounce_ms * MS // 2 + 1
        told.append((at_ns, PIN, number % 2 == 0))
    moves = list(part(told, debounce_ms=debounce_ms).moves())
    assert len(moves) == 3 * len(told)
    assert moves == sorted(moves)
    debounce = Debounce(debounce_ms * MS, level=False)
    settled = [debounce.edge(move.clock_ns, move.active) for move in moves]
    settled.append(debounce.settle(moves[-1].clock_ns + debounce_ms * MS))
    assert [(change.clock_ns, PIN, change.level) for change in settled if change] == told


def test_change_that_changes_nothing_does_not_bounce() -> None:
    assert list(part([(10, PIN, False)]).moves()) == [PinMove(10, PIN, False)]


def test_contact_without_debounce_does_not_bounce() -> None:
    told = [(10, PIN, True), (20, PIN, False)]
    assert [move.clock_ns for move in part(told, debounce_ms=0).moves()] == [10, 20]


def test_moves_begin_again_with_each_call_and_are_the_same() -> None:
    made = part([(100 * MS * at, PIN, at % 2 == 1) for at in range(1, 50)], bouncing=0.5)
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
