"""A tally whose kind raises costs its own sensor only, and the gateway always starts."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.recorder.guarded import GuardedTally
from gateway.sensors.tally import Tally
from tests.gateway.recorder.contacts import OrderTally


class Faulty(OrderTally):
    """Raises at the third closure that it sees."""

    def __init__(self) -> None:
        super().__init__()
        self._closures = 0

    def edge(self, channel: int, clock_ns: int, level: bool) -> None:
        super().edge(channel, clock_ns, level)
        self._closures += level
        if self._closures == 3:
            raise ZeroDivisionError("division by zero")


class Hopeless(Tally):
    """Raises whatever it is asked."""

    def observe(self, channel: int, clock_ns: int, level: bool) -> None:
        raise ValueError("no")

    lose = advance = edge = observe  # type: ignore[assignment]

    def values(self, observed_ns: int) -> Mapping[str, float]:
        raise ValueError("no")

    def empty(self) -> None:
        raise ValueError("no")


def observed(tally: Tally) -> Tally:
    tally.observe(0, 0, False)
    tally.observe(1, 0, False)
    return tally


def test_guarded_tally_is_the_tally_while_all_is_well() -> None:
    plain, guarded = observed(OrderTally()), observed(GuardedTally("p", OrderTally))
    for tally in (plain, guarded):
        tally.edge(0, 10, True)
        tally.edge(1, 20, True)
        tally.advance(60)
    assert guarded.values(60) == plain.values(60)
    assert guarded.fault == ""
    plain.empty()
    guarded.empty()
    assert guarded.values(60) == plain.values(60)


def test_guarded_tally_that_raises_begins_anew_with_the_contacts_as_they_are() -> None:
    tally = observed(GuardedTally("p", Faulty))
    for at, channel, level in ((10, 0, True), (20, 1, True), (30, 1, False), (40, 1, True)):
        tally.edge(channel, at, level)
    assert tally.fault == "It could not be counted: ZeroDivisionError: division by zero. Its counts begin anew."
    tally.edge(1, 50, False)
    tally.edge(1, 60, True)
    tally.advance(100)
    assert tally.values(100) == {"vehicle_count": 1, "reverse_count": 0, "occupancy": 10 + 40}


def test_guarded_tally_tells_of_it_until_an_interval_was_whole() -> None:
    tally = observed(GuardedTally("p", Faulty))
    for number in range(3):
        tally.edge(0, 10 * number + 1, True)
        tally.edge(0, 10 * number + 2, False)
    assert tally.fault
    tally.empty()
    assert tally.fault
    tally.empty()
    assert tally.fault == ""


def test_guarded_tally_tells_what_its_kind_finds() -> None:
    class Finding(OrderTally):
        def edge(self, channel: int, clock_ns: int, level: bool) -> None:
            super().edge(channel, clock_ns, level)
            self.fault = "It cannot be right." if level else ""

    tally = observed(GuardedTally("p", Finding))
    tally.edge(0, 10, True)
    assert tally.fault == "It cannot be right."
    tally.edge(0, 20, False)
    assert tally.fault == ""


def test_guarded_tally_copy_goes_on_on_its_own() -> None:
    tally = observed(GuardedTally("p", OrderTally))
    tally.edge(0, 10, True)
    twin = tally.copy()
    tally.edge(1, 20, True)
    assert (tally.values(1)["vehicle_count"], twin.values(1)["vehicle_count"]) == (1, 0)


def test_guarded_tally_that_always_raises_has_no_values(caplog: pytest.LogCaptureFixture) -> None:
    tally = observed(GuardedTally("p", Hopeless))
    for at in range(10):
        tally.edge(0, at, at % 2 == 0)
    tally.lose(10)
    assert tally.values(10) == {}
    tally.empty()
    assert tally.fault
    assert len(caplog.records) == 2  # once in each interval


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 1)), max_size=60))
def test_guarded_tally_gives_the_same_for_the_same_calls(moves: list[tuple[int, int]]) -> None:
    one, other = observed(GuardedTally("p", Faulty)), observed(GuardedTally("p", Faulty))
    now, levels = 0, [False, False]
    for gap, channel in moves:
        now += gap
        levels[channel] = not levels[channel]
        one.edge(channel, now, levels[channel])
        other.edge(channel, now, levels[channel])
        if gap % 7 == 0:
            other = other.copy()
    one.advance(now)
    other.advance(now)
    assert one.values(100) == other.values(100)
    assert one.fault == other.fault
