"""Chance by seed and index: spread as told, smooth where it should be, the same whatever was asked before."""

from itertools import pairwise
from statistics import fmean, pstdev

from hypothesis import given
from hypothesis import strategies as st

from sensorhub.reading import US_PER_S
from simulators.world.chance import Noise, generator, key_of, spread, unit


def test_numbers_are_even_and_normal() -> None:
    even = [unit(5, index) for index in range(4_000)]
    normal = [spread(5, index) for index in range(4_000)]

    assert 0.0 <= min(even) < 0.01
    assert 0.99 < max(even) < 1.0
    assert abs(fmean(even) - 0.5) < 0.02
    assert abs(fmean(normal)) < 0.05
    assert abs(pstdev(normal) - 1) < 0.05
    assert -3 <= min(normal) < max(normal) <= 3


def test_keys_differ_by_each_part() -> None:
    keys = [key_of(1, "a"), key_of(2, "a"), key_of(1, "b"), key_of(1, "a", "b"), key_of("1a")]

    assert len(set(keys)) == len(keys)
    assert generator(1, "a").random() != generator(2, "a").random()


@given(st.integers(0, 2**63), st.lists(st.integers(0, 2**51), min_size=1, max_size=20))
def test_noise_is_the_same_whatever_was_asked_before(key: int, times_us: list[int]) -> None:
    noise = Noise(key, 60)
    once = [noise.at(time_us) for time_us in times_us]

    assert once == [Noise(key, 60).at(time_us) for time_us in times_us]
    assert all(-3 <= value <= 3 for value in once)


def test_noise_is_smooth() -> None:
    noise = Noise(3, 60)
    values = [noise.at(second * US_PER_S) for second in range(7_200)]

    assert max(abs(b - a) for a, b in pairwise(values)) < 6 * 1.5 / 60
