"""Cyclists on a path or at the side of a road, both ways."""

from collections.abc import Iterator

from sensorhub.reading import US_PER_S
from simulators.world.arrivals import arrivals
from simulators.world.chance import between, generator, key_of, unit
from simulators.world.line import Line
from simulators.world.place import Passage
from simulators.world.profile import CYCLES, DAY_S, local

_HEADWAY_S = 1.2
_FOLLOW_S = 12.0
"""Some ride together."""

_TURN_S = 2.0
"""Two who meet do not do so over the line."""

_PER_DAY = (150.0, 900.0)
_REVERSE_SHARE = 0.12
"""Most keep to their side; in the evening more come back the same way."""


def cyclists(seed: int, start_us: int, name: str) -> Iterator[Passage]:
    """The cyclists who cross the line of `name` (site and sensor), without end."""
    key = key_of(seed, "cyclists", name)
    per_s = between(*_PER_DAY, unit(key, 0)) / DAY_S
    chance = generator(key)
    line = Line(start_us, _TURN_S)

    def rate(minute: int) -> float:
        return per_s * CYCLES.at(start_us + minute * 60 * US_PER_S)

    for wish_s, follows in arrivals(chance, rate, _HEADWAY_S, _FOLLOW_S):
        if not follows:
            evening = local(start_us + int(wish_s) * US_PER_S)[1] > 15
            reverse = chance.random() < _REVERSE_SHARE * (2 if evening else 1)
        speed_mps = 3.4 + 1.8 * (chance.random() + chance.random())
        length_m = between(1.6, 1.9, chance.random())
        yield line.cross(max(wish_s, line.free_s(speed_mps, reverse)), speed_mps, length_m, reverse, 0.0)
