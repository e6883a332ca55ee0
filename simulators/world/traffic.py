"""The vehicles of one lane: who comes, how fast, how long, and what holds them up."""

from bisect import bisect
from collections.abc import Callable, Iterator
from itertools import accumulate, count
from math import log
from random import Random

from sensorhub.reading import US_PER_S
from simulators.world.arrivals import MINUTE_S, arrivals
from simulators.world.chance import generator, key_of, spread
from simulators.world.line import CLEAR_M, Line
from simulators.world.place import Passage
from simulators.world.profile import DAY_S, local
from simulators.world.queues import Incident, Queues
from simulators.world.site import Road

LENGTHS_M = {"car": (3.2, 5.0), "van": (5.4, 6.4), "rigid": (6.9, 11.3), "artic": (12.0, 16.5)}
"""Clear of the bins' edges (5.2, 6.6 and 11.6 m), so that a vehicle's class is a matter of fact, not of rounding."""

_SPEEDS = {"car": 1.0, "van": 0.98, "rigid": 0.88, "artic": 0.82}
"""Free speeds relative to cars': lorries have lower limits and limiters."""

HEADWAY_S = 1.8
"""Front to front in a bunch."""

_FOLLOW_S = 4.5
"""At 700 vehicles an hour six in ten follow another."""

_GAP_S = 1.5
"""Rear to front in a queue: some 1,900 vehicles an hour leave it."""

_DIVERT_S = 900.0
"""Who would wait for longer goes another way."""

_RELEASED_S = 20.0
_RELEASED_MPS = 14.0
"""Who has waited for so long leaves a queue at this speed."""

_WORKS_MPS = 13.0
_STOPPING_MPS = 6.0
_TURN_S = 30.0
"""A lane is empty for a while before the other direction has it."""

_MINUTE_US = int(MINUTE_S) * US_PER_S


class Lane:
    """The vehicles that cross one sensor's line.

    Arguments:
        seed: of the world.
        road: what the lane is like.
        start_us: when the world begins.
        name: of site and sensor.
    """

    def __init__(self, seed: int, road: Road, start_us: int, name: str) -> None:
        self._road = road
        self._start_us = start_us
        self._key = key_of(seed, "lane", name)
        self.queues = Queues(self._key, road)
        cars = 1 - road.vans - road.rigids - road.artics
        shares = {"car": cars, "van": road.vans, "rigid": road.rigids, "artic": road.artics}
        self._up_to = list(accumulate(shares.values()))[:-1]
        self._lengths_m = [LENGTHS_M[name] for name in shares]
        self._free_mps = [road.speed_mps * _SPEEDS[name] for name in shares]

    def _flow(self, minute: int) -> float:
        """Vehicles that want to pass in a second, by minute since the start."""
        time_us = self._start_us + minute * _MINUTE_US
        share = self._road.profile.at(time_us) * (1 + 0.03 * spread(self._key, local(time_us)[0]))
        return share * self._road.flow / DAY_S

    def _incidents(self) -> Iterator[Incident]:
        for day in count(self._start_us // (DAY_S * US_PER_S)):
            incident = self.queues.incident(day)
            if incident is not None and incident.time_us >= self._start_us:
                yield incident

    def _vehicle(self, draw: Callable[[], float]) -> tuple[float, float]:
        """Length of a vehicle, and its speed where nothing is in its way."""
        index = bisect(self._up_to, draw())
        low_m, high_m = self._lengths_m[index]
        length_m = low_m + (high_m - low_m) * (draw() + draw()) / 2
        return length_m, self._free_mps[index] * (0.8 + 0.2 * (draw() + draw()))

    def passages(self) -> Iterator[Passage]:
        """All vehicles, in the order of time, without end."""
        chance = generator(self._key)
        draw = chance.random
        line = Line(self._start_us, _TURN_S)
        incidents = self._incidents()
        stop = next(incidents)
        stop_s = (stop.time_us - self._start_us) / US_PER_S
        minute = -1
        held_mps = leader_mps = 0.0
        contraflow = False
        for wish_s, follows in arrivals(chance, self._flow, HEADWAY_S, _FOLLOW_S):
            if wish_s >= (minute + 1) * MINUTE_S:
                minute = int(wish_s // MINUTE_S)
                time_us = self._start_us + minute * _MINUTE_US
                held_mps = self.queues.speed_mps(time_us)
                contraflow = self.queues.is_contraflow(time_us)
            length_m, speed_mps = self._vehicle(draw)
            if follows:
                speed_mps = min(speed_mps, leader_mps * (0.99 + 0.06 * draw()))
            stands_s = 0.0
            if contraflow:
                speed_mps = min(speed_mps, _WORKS_MPS)
            elif held_mps:
                speed_mps, stands_s = _in_queue(chance, held_mps)
            waits_s = line.free_s(speed_mps, contraflow) - wish_s
            if waits_s > _DIVERT_S:
                continue
            if waits_s > _RELEASED_S:
                speed_mps = min(speed_mps, _RELEASED_MPS)
            if wish_s >= stop_s:
                speed_mps = min(speed_mps, _STOPPING_MPS)
                stands_s = stop.stands_s
                stop = next(incidents)
                stop_s = (stop.time_us - self._start_us) / US_PER_S
            # Behind another a driver keeps a gap, less a metre that the line keeps already.
            gap_s = _GAP_S * (0.7 + 0.6 * draw()) - CLEAR_M / speed_mps
            time_s = max(wish_s, line.free_s(speed_mps, contraflow) + max(0.0, gap_s))
            leader_mps = speed_mps
            yield line.cross(time_s, speed_mps, length_m, contraflow, stands_s)


def _in_queue(chance: Random, held_mps: float) -> tuple[float, float]:
    """Speed in a queue, and how long a vehicle stands over the line: most do not."""
    speed_mps = held_mps * (0.7 + 0.6 * chance.random())
    if chance.random() < 0.4 / held_mps:
        return speed_mps, 2.0 - 7.0 * log(1.0 - 0.99 * chance.random())
    return speed_mps, 0.0
