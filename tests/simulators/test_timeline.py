"""Timelines: one pass or many, and going on in the middle of one."""

from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from sensorhub.reading import NS_PER_S, US_PER_S
from simulators.recording import RecordedGateway, RecordedSensor, Span, Transition
from simulators.timeline import Move, Timeline

SPAN = Span(0, 10 * US_PER_S)
START_NS = 100
SENSORS = (RecordedSensor("detector-1", 4, True), RecordedSensor("detector-2", 5, False))
CHANGES = (
    Transition(1 * US_PER_S, "detector-1", False),
    Transition(2 * US_PER_S, "detector-2", True),
    Transition(3 * US_PER_S, "detector-2", False),
)
GATEWAY = RecordedGateway("device-1", SENSORS, CHANGES)


def at(second: int) -> int:
    return START_NS + second * NS_PER_S


def timeline(*, once: bool) -> Timeline:
    return Timeline(GATEWAY, SPAN, START_NS, once=once)


def test_one_pass_ends_with_the_span() -> None:
    once = timeline(once=True)
    assert [move.clock_ns for move in once.moves_from(0)] == [at(1), at(2), at(3)]
    assert once.end_ns == at(10)


def test_change_between_two_passes_is_an_edge_at_the_seam() -> None:
    endless = timeline(once=False)
    moves = list(islice(endless.moves_from(START_NS), 8))
    assert moves[3] == Move(at(10), "detector-1", True)
    assert moves[4] == Move(at(11), "detector-1", False)
    assert moves[7] == Move(at(20), "detector-1", True)
    assert endless.end_ns is None


@given(st.integers(0, 40 * NS_PER_S))
def test_going_on_gives_what_comes_at_or_after(clock_ns: int) -> None:
    endless = timeline(once=False)
    whole = list(islice(endless.moves_from(0), 60))
    expected = [move for move in whole if move.clock_ns >= clock_ns][:20]
    assert list(islice(endless.moves_from(clock_ns), 20)) == expected
