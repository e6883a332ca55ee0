"""Those who pass a line one after the other, as hypothesis makes them up: all that is physically possible."""

from collections.abc import Callable

from hypothesis import strategies as st

from sensorhub.reading import US_PER_S
from simulators.world.place import Passage
from tests.gateway.sensors.contact_stand import START_US

CLEAR_M = 1.0


@st.composite
def passages(
    draw: Callable[[st.SearchStrategy[int]], int],
    speeds_mmps: tuple[int, int],
    lengths_cm: tuple[int, int],
    stands_ds: tuple[int, int] | None = None,
    size: int = 12,
) -> list[Passage]:
    """Up to `size` who pass, in both directions.

    Arguments:
        speeds_mmps: slowest and fastest, mm/s.
        lengths_cm: shortest and longest, cm.
        stands_ds: shortest and longest time over the line of those who stop, tenths of a second; None: nobody does.
        size: how many at most.
    """
    found: list[Passage] = []
    time_us = START_US
    for _ in range(draw(st.integers(1, size))):
        time_us += draw(st.sampled_from((0, 10_000, 500_000, 3_000_000, 45_000_000)))
        stands_s = 0.0
        if stands_ds is not None and draw(st.integers(0, 4)) == 0:
            stands_s = draw(st.integers(*stands_ds)) / 10 + 0.0123  # off the limits of lengths
        speed_mps = draw(st.integers(*speeds_mmps)) / 1_000
        length_m = draw(st.integers(*lengths_cm)) / 100
        reverse = draw(st.integers(0, 3)) == 0
        found.append(Passage(time_us, speed_mps, length_m, reverse, stands_s))
        time_us += int((found[-1].over_s + CLEAR_M / speed_mps) * US_PER_S) + 1
    return found


def long_enough_s(passed: list[Passage]) -> int:
    """Whole quarters of an hour in which all of them have passed, those included who come later than told."""
    slowest_s = sum(passage.over_s + 30 / passage.speed_mps + 1 for passage in passed)
    last_s = (passed[-1].time_us - START_US) / US_PER_S
    return (int(last_s + slowest_s) // 900 + 1) * 900
