"""`loop-pair`: two loops in one lane, one behind the other: speed, length, direction, headway and gap of each vehicle.

Speed = spacing / time between the leading edges of the two closures; length = speed * on-time - effective length of a
loop (NPTEL lecture 525 on loop detectors; Coifman, dual loop speed traps). A vehicle counts when it leaves the second
loop.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from gateway.sensors.contact_tally import ContactTally
from gateway.sensors.tally import Tally
from gateway.sensors.traffic import KMH_PER_MPS, Vehicle, traffic_values
from sensorhub.reading import NS_PER_S

UPSTREAM, DOWNSTREAM = 0, 1
_NAMES = ("upstream", "downstream")
_NOBODY = 0
"""Vehicles on their way are numbered from 1."""

STEADY_SHARE = 0.25
"""On-times that differ by more: the vehicle stopped or changed its speed between the loops and has no one speed."""

LENGTH_M_MAX = 25.0
"""What comes out longer has stood over both loops: nothing on British roads without an escort is."""

FREE_FLOW_KMH = 40.0
UNEQUAL_SHARE = 0.15
UNEQUAL_VEHICLES = 30
"""In free flow both loops are closed for equally long; where they differ by more on average, a loop or card is wrong
(Coifman)."""

ALONE_CLOSURES = 20
"""A loop that closes so often while the other does not once: some vehicles change lanes between them, not so many."""

TOGETHER_VEHICLES = 20
"""In a row that came from one loop to the other faster than anything drives: one loop feeds into the other."""

REVERSED_VEHICLES = 400
"""In a row. A lane that works give to the other direction for a night carries some 300."""


@dataclass(frozen=True, slots=True)
class _Passing:
    """A vehicle that has not left both loops.

    Arguments:
        first: the loop that it closed first.
        first_ns: when.
        timed: whether that was seen, and not found so.
        on_ns: for how long it closed the first loop; None while it does.
        second_ns: when it closed the other; None before.
    """

    first: int
    first_ns: int
    timed: bool = True
    on_ns: int | None = None
    second_ns: int | None = None


@dataclass(frozen=True, slots=True)
class _Passed:
    """The vehicle before: when its front came to its first loop, and its rear (None: not known) left that point."""

    reverse: bool
    front_ns: int
    rear_ns: float | None


class LoopPairTally(Tally):
    """Pairs the closures of two loops in their order, so that several vehicles may be between them.

    Arguments:
        constants: `spacing_m`, `loop_length_m`, `min_speed_kmh`, `max_speed_kmh`.
    """

    def __init__(self, constants: Mapping[str, float]) -> None:
        self._spacing_m = constants["spacing_m"]
        self._loop_m = constants["loop_length_m"]
        self._speeds_kmh = constants["min_speed_kmh"], constants["max_speed_kmh"]
        self._upstream = ContactTally()
        self._passing: dict[int, _Passing] = {}
        self._over = [_NOBODY, _NOBODY]
        self._number = _NOBODY
        self._last: _Passed | None = None
        self._vehicles: list[Vehicle] = []
        self._alone = [0, 0]
        self._reversed = 0
        self._together = 0
        self._unequal: deque[float] = deque(maxlen=UNEQUAL_VEHICLES)

    def copy(self) -> Self:
        twin = super().copy()
        twin._upstream = self._upstream.copy()
        return twin

    def observe(self, channel: int, clock_ns: int, level: bool) -> None:
        if channel == UPSTREAM:
            self._upstream.observe(channel, clock_ns, level)
        if not level:
            return
        # It is taken to go with the lane; over both loops it is one vehicle.
        number = self._over[UPSTREAM] if channel == DOWNSTREAM else _NOBODY
        if number == _NOBODY:
            number = self._add(_Passing(UPSTREAM, clock_ns, timed=False))
        if channel == DOWNSTREAM:
            self._passing[number] = replace(self._passing[number], second_ns=clock_ns)
        self._over[channel] = number

    def lose(self, clock_ns: int) -> None:
        self._upstream.lose(clock_ns)
        self._passing.clear()
        self._over = [_NOBODY, _NOBODY]
        self._last = None

    def edge(self, channel: int, clock_ns: int, level: bool) -> None:
        if channel == UPSTREAM:
            self._upstream.edge(channel, clock_ns, level)
        if level:
            self._close(channel, clock_ns)
        else:
            self._open(channel, clock_ns)
        self.fault = self._found()

    def advance(self, clock_ns: int) -> None:
        self._upstream.advance(clock_ns)

    def values(self, observed_ns: int) -> Mapping[str, float]:
        return {**traffic_values(self._vehicles), "occupancy": self._upstream.occupancy(observed_ns)}

    def empty(self) -> None:
        self._upstream.empty()
        self._vehicles.clear()

    def _add(self, passing: _Passing) -> int:
        self._number += 1
        self._passing[self._number] = passing
        return self._number

    def _close(self, channel: int, clock_ns: int) -> None:
        other = 1 - channel
        self._alone[channel] += 1
        self._alone[other] = 0
        waiting = [(number, each) for number, each in self._passing.items() if each.second_ns is None]
        number = _NOBODY
        for number_of, each in waiting:
            if not self._may_come(each, clock_ns):
                del self._passing[number_of]
            elif each.first == other and number == _NOBODY:
                number = number_of
        if number != _NOBODY:
            self._passing[number] = replace(self._passing[number], second_ns=clock_ns)
        else:
            number = self._add(_Passing(channel, clock_ns))
        self._over[channel] = number

    def _may_come(self, passing: _Passing, clock_ns: int) -> bool:
        """Whether a vehicle may still close its second loop: not once it would have to be shorter than nothing.

        So a lone closure, of one that changed lanes, is forgotten before it is taken for the next vehicle's.
        """
        if passing.on_ns is None:
            return True
        return (clock_ns - passing.first_ns) * self._loop_m < self._spacing_m * passing.on_ns

    def _open(self, channel: int, clock_ns: int) -> None:
        number, self._over[channel] = self._over[channel], _NOBODY
        passing = self._passing.get(number)
        if passing is None:
            return
        if passing.first == channel:
            self._passing[number] = replace(passing, on_ns=clock_ns - passing.first_ns)
        elif passing.second_ns is not None:
            if not passing.timed and self._over[passing.first] == number:
                # Two were found where one was taken to be: who was over the first loop is still there, and comes yet.
                self._passing[number] = replace(passing, second_ns=None)
            else:
                del self._passing[number]
            self._leave(passing, clock_ns - passing.second_ns, passing.second_ns - passing.first_ns)

    def _leave(self, passing: _Passing, second_on_ns: int, travel_ns: int) -> None:
        reverse = passing.first == DOWNSTREAM
        self._reversed = self._reversed + 1 if reverse else 0
        if not passing.timed:
            self._last = None
            self._vehicles.append(Vehicle(reverse))
            return
        self._together = self._together + 1 if self._is_too_fast(travel_ns) else 0
        speed_mps = self._speed_mps(passing.on_ns, second_on_ns, travel_ns)
        length_m: float | None = None
        rear_ns: float | None = None
        if speed_mps is not None and passing.on_ns is not None:
            length_m = speed_mps * passing.on_ns / NS_PER_S - self._loop_m
            rear_ns = passing.first_ns + passing.on_ns - self._loop_m / speed_mps * NS_PER_S
        before = self._last if self._last is not None and self._last.reverse == reverse else None
        self._last = _Passed(reverse, passing.first_ns, rear_ns)
        self._vehicles.append(
            Vehicle(
                reverse,
                None if speed_mps is None else speed_mps * KMH_PER_MPS,
                length_m if length_m is not None and 0 < length_m <= LENGTH_M_MAX else None,
                None if before is None else (passing.first_ns - before.front_ns) / NS_PER_S,
                None if before is None or before.rear_ns is None else (passing.first_ns - before.rear_ns) / NS_PER_S,
            )
        )

    def _is_too_fast(self, travel_ns: int) -> bool:
        """Whether nothing comes from one loop to the other in so short a time."""
        return self._spacing_m * NS_PER_S * KMH_PER_MPS > self._speeds_kmh[1] * travel_ns

    def _speed_mps(self, first_on_ns: int | None, second_on_ns: int, travel_ns: int) -> float | None:
        """A vehicle's speed; None where it stood, had no one speed, or cannot have been so fast."""
        if first_on_ns is None or travel_ns <= 0:
            return None
        speed_mps = self._spacing_m / travel_ns * NS_PER_S
        slowest, fastest = self._speeds_kmh
        if not slowest <= speed_mps * KMH_PER_MPS <= fastest:
            return None
        unequal = abs(first_on_ns - second_on_ns) / max(first_on_ns, second_on_ns)
        if speed_mps * KMH_PER_MPS >= FREE_FLOW_KMH:
            self._unequal.append(unequal)
        return speed_mps if unequal <= STEADY_SHARE else None

    def _found(self) -> str:
        for channel, name in enumerate(_NAMES):
            if self._alone[channel] >= ALONE_CLOSURES:
                return (
                    f"The {name} loop closed {ALONE_CLOSURES} times or more while the {_NAMES[1 - channel]} one saw "
                    "nothing. Look at cards, feeders and cables of both."
                )
        if self._together >= TOGETHER_VEHICLES:
            return (
                f"Both loops close at almost the same time, {TOGETHER_VEHICLES} vehicles or more in a row: one feeds "
                "into the other. Set both channels to other frequencies; look at their feeders."
            )
        if self._reversed >= REVERSED_VEHICLES:
            return (
                f"{REVERSED_VEHICLES} vehicles or more in a row came against the direction of the lane. "
                "The loops seem crossed: swap upstream and downstream in pins."
            )
        if len(self._unequal) == UNEQUAL_VEHICLES and sum(self._unequal) > UNEQUAL_SHARE * UNEQUAL_VEHICLES:
            return (
                f"Vehicles close the two loops for times that differ by more than {UNEQUAL_SHARE:.0%}. "
                "Look for cross-talk, set both channels to other frequencies, compare their sensitivity."
            )
        return ""


def tally(constants: Mapping[str, float]) -> Tally:
    """Counts and measures vehicles."""
    return LoopPairTally(constants)
