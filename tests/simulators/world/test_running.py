"""Numbers that run on: each from the one before, the same in any order of asking."""

from hypothesis import given
from hypothesis import strategies as st

from simulators.world.running import ROWS, Running, State

STEP_US = 1_000
START_US = 7 * STEP_US + 300


def _advance(step: int, state: State) -> State:
    return state[0] + step % 5, state[1] + 1


def running() -> Running:
    return Running(START_US, STEP_US, (0.0, 0.0), _advance)


def test_numbers_between_steps_lie_on_a_line() -> None:
    assert running().at(7 * STEP_US) == (0.0, 0.0)
    assert running().at(8 * STEP_US) == (2.0, 1.0)
    assert running().at(8 * STEP_US + STEP_US // 2) == (3.5, 1.5)


def test_time_before_the_start_is_as_the_start() -> None:
    assert running().at(0) == (0.0, 0.0)


@given(st.lists(st.integers(0, 12 * ROWS * STEP_US), min_size=1, max_size=8))
def test_numbers_are_the_same_in_any_order(times_us: list[int]) -> None:
    kept = running()

    for time_us in times_us:
        steps = max(0, time_us - 7 * STEP_US) / STEP_US
        assert abs(kept.at(time_us)[1] - steps) < 1e-6
    assert [kept.at(time_us) for time_us in times_us] == [running().at(time_us) for time_us in times_us]
