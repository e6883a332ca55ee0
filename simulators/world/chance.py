"""Chance that depends on a seed and an index alone, so that any time can be asked for without those before it."""

import random
from hashlib import blake2b

from sensorhub.reading import US_PER_S

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_THIRD = (1 << 21) - 1


def key_of(*parts: int | float | str) -> int:
    """A key of 64 bits from what a stream or a noise belongs to."""
    return int.from_bytes(blake2b("\n".join(map(str, parts)).encode(), digest_size=8).digest())


def generator(*parts: int | str) -> random.Random:
    """Random numbers in a row, for a stream that always begins at its start."""
    return random.Random(key_of(*parts))  # a world must come again by its seed


def _bits(key: int, index: int) -> int:
    """SplitMix64 (Steele, Lea and Flood, 2014): 64 bits for each index."""
    word = (key + index * _GOLDEN) & _MASK
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & _MASK
    return word ^ (word >> 31)


def unit(key: int, index: int) -> float:
    """A number in [0, 1), the same for the same key and index."""
    return (_bits(key, index) >> 11) / (1 << 53)


def spread(key: int, index: int) -> float:
    """A number about normally distributed with mean 0 and deviation 1, never beyond 3: the sum of three even ones."""
    bits = _bits(key, index)
    return 2 * ((bits & _THIRD) + ((bits >> 21) & _THIRD) + ((bits >> 42) & _THIRD)) / _THIRD - 3


def between(low: float, high: float, share: float) -> float:
    """The number at `share` of the way from `low` to `high`."""
    return low + (high - low) * share


class Noise:
    """Smooth noise in time with mean 0 and deviation 1 at its knots, never beyond 3.

    Arguments:
        key: whose noise it is.
        step_s: time between knots, seconds: how long it remembers.
    """

    def __init__(self, key: int, step_s: int) -> None:
        self._key = key
        self._step_us = step_s * US_PER_S
        self._held = (0, spread(key, 0), spread(key, 1))

    def at(self, time_us: int) -> float:
        """The noise now."""
        index, rest_us = divmod(time_us, self._step_us)
        held = self._held
        if held[0] != index:
            before = held[2] if held[0] == index - 1 else spread(self._key, index)
            # One assignment: several threads may ask at once.
            self._held = held = (index, before, spread(self._key, index + 1))
        share = rest_us / self._step_us
        return held[1] + (held[2] - held[1]) * share * share * (3 - 2 * share)
