"""People at an entrance of a high street or a building: who comes in goes out again."""

import heapq
from collections.abc import Iterator
from math import log

from sensorhub.reading import US_PER_S
from simulators.world.arrivals import arrivals
from simulators.world.chance import between, generator, key_of, unit
from simulators.world.line import Line
from simulators.world.place import Passage
from simulators.world.profile import DAY_S, HIGH_STREET

_HEADWAY_S = 1.2
_FOLLOW_S = 5.0
_TURN_S = 0.8
_PER_DAY = (900.0, 3_500.0)
_BODY_M = 0.3
_VISIT_S = (120.0, 1_500.0)
"""The shortest visit, and what it lasts longer on average."""


def people(seed: int, start_us: int, name: str) -> Iterator[Passage]:
    """Those who cross the line of `name` (site and sensor), without end; out is `reverse`."""
    key = key_of(seed, "people", name)
    per_s = between(*_PER_DAY, unit(key, 0)) / DAY_S
    chance = generator(key)
    line = Line(start_us, _TURN_S)
    leaving: list[float] = []

    def rate(minute: int) -> float:
        return per_s * HIGH_STREET.at(start_us + minute * 60 * US_PER_S)

    def walk(wish_s: float, reverse: bool) -> Passage:
        speed_mps = 0.9 + 0.4 * (chance.random() + chance.random())
        return line.cross(max(wish_s, line.free_s(speed_mps, reverse)), speed_mps, _BODY_M, reverse, 0.0)

    for comes_s, _ in arrivals(chance, rate, _HEADWAY_S, _FOLLOW_S):
        while leaving and leaving[0] <= comes_s:
            yield walk(heapq.heappop(leaving), reverse=True)
        yield walk(comes_s, reverse=False)
        heapq.heappush(leaving, comes_s + _VISIT_S[0] - _VISIT_S[1] * log(1.0 - chance.random()))
