"""Readings and markers: what is measured, numbered, sent and stored."""

from dataclasses import dataclass
from enum import IntFlag

US_PER_S = 1_000_000
NS_PER_US = 1_000
NS_PER_S = 1_000_000_000


class Quality(IntFlag):
    """What is known against a reading; bits may hold together. No bit: good."""

    GOOD = 0
    BAD = 1
    SUSPECT = 2
    PARTIAL = 4
    INDICATIVE = 8
    ESTIMATED_TIME = 16
    SUBSTITUTED = 32


_WORDS = tuple((bit, (bit.name or "").lower().replace("_", "-")) for bit in Quality if bit)
_BITS = {word: bit for bit, word in _WORDS}


def quality_words(quality: Quality) -> str:
    """Write the qualities that hold, joined by commas in the fixed order; empty when good."""
    return ",".join(word for bit, word in _WORDS if bit & quality)


def parse_quality(text: str) -> Quality:
    """Read `quality_words` back.

    Raises:
        ValueError: a word that is no quality.
    """
    quality = Quality.GOOD
    for word in text.split(","):
        if word not in _BITS:
            raise ValueError(f"{word!r} is no quality; there are {', '.join(_BITS)}")
        quality |= _BITS[word]
    return quality


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of one quantity of one sensor at one time.

    Arguments:
        sensor: id, unique on its gateway.
        quantity: name in the table of quantities, which has the unit.
        time_us: microseconds since 1970 UTC.
        value: finite; the number measured, in the quantity's unit.
        quality: what is known against it (default good).
    """

    sensor: str
    quantity: str
    time_us: int
    value: float
    quality: Quality = Quality.GOOD


@dataclass(frozen=True, slots=True)
class Marker:
    """A record that says what is missing, under the reserved sensor `gateway`.

    Arguments:
        kind: `dropped` (text `first-last reason`) or `rejected` (text `count reason`).
        time_us: microseconds since 1970 UTC.
        text: the range or number, and the reason.
    """

    kind: str
    time_us: int
    text: str


Record = Reading | Marker
