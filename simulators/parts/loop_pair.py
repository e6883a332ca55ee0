"""`loop-pair`: vehicles over two loops of one lane, and the card that closes a contact for each."""

from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile

from firmware_config.sensor import SensorConfig
from gateway.sensors.loop_pair import LENGTH_M_MAX
from gateway.sensors.traffic import KMH_PER_MPS, LENGTH_CLASSES, SPEEDS_MIN, length_class, percentile_85
from sensorhub.reading import NS_PER_S
from simulators.instants import mean
from simulators.parts.part import SimulatedPart, Truth
from simulators.true_intervals import TrueIntervals
from simulators.wires.contact import Change, ContactPart, counted, in_order
from simulators.wires.wires import Wires
from simulators.wires.zones import Over, over_zones
from simulators.world.place import Place

SPEED_KMH, LENGTH_M, TIME_S = 0.01, 0.01, 0.001
EDGES = "edge times in whole nanoseconds"


class LoopPair(ContactPart):
    """Two loops.

    Arguments:
        sensor, wires, place: what, connected to what, where.
    """

    def __init__(self, sensor: SensorConfig, wires: Wires, place: Place) -> None:
        super().__init__(sensor, wires, place)
        self._spacing_m = sensor.constants["spacing_m"]

    def _changes(self) -> Iterator[Change]:
        return in_order(over.changes(self._pins) for over in self._overs())

    def truths(self, from_ns: int, until_ns: int) -> list[Truth]:
        intervals = self._intervals(from_ns, until_ns)
        overs = list(takewhile(lambda over: over.front_ns < until_ns, self._overs()))
        groups = intervals.groups((over.left_ns, over) for over in overs)
        followers = intervals.groups(
            (over.left_ns, (before, over))
            for before, over in pairwise(overs)
            if before.front_ns >= from_ns and before.passage.reverse == over.passage.reverse
        )
        unsure = self._unsure(intervals.breaks_ns, overs)
        return [
            counted("vehicle_count", sum(map(len, groups)), unsure),
            counted("reverse_count", sum(over.passage.reverse for group in groups for over in group), unsure),
            *self._speeds(intervals, groups),
            *self._lengths(intervals, groups, unsure),
            *self._distances(intervals, followers),
            intervals.share("occupancy", (over.occupied[0] for over in overs), self._settles_ns),
        ]

    def _unsure(self, breaks_ns: Sequence[int], overs: Sequence[Over]) -> int:
        """How many the gateway may have counted otherwise: all that were under way when a process died, but for one
        that was alone, went with the lane and was over a loop. The next process counts that one, and no more."""
        unsure = 0
        for at_ns in breaks_ns:
            here = [over for over in overs if self._under_way(at_ns, *over.span_ns)]
            sure = [over for over in here if not over.passage.reverse and over.is_there(at_ns)]
            unsure += 0 if len(here) == len(sure) == 1 else len(here)
        return unsure

    def _speeds(self, intervals: TrueIntervals, groups: Sequence[Sequence[Over]]) -> Iterator[Truth]:
        speeds = [[over.passage.speed_mps * KMH_PER_MPS for over in group if self._has_speed(over)] for group in groups]
        many = (percentile_85(group) for group in speeds if len(group) >= SPEEDS_MIN)
        yield from intervals.mean("mean_speed", map(mean, filter(None, speeds)), SPEED_KMH, EDGES)
        yield from intervals.mean("speed_85", many, SPEED_KMH, EDGES)

    def _lengths(self, intervals: TrueIntervals, groups: Sequence[Sequence[Over]], unsure: int) -> Iterator[Truth]:
        lengths = [[length_m for over in group if (length_m := self._length_m(over)) is not None] for group in groups]
        # Of one that was under way when a process died, neither that process nor the next one can tell the length.
        classed = (over for group in groups for over in group if self._seen_whole(*over.span_ns))
        classes = [length_class(length_m) for over in classed if (length_m := self._length_m(over)) is not None]
        for name in LENGTH_CLASSES:
            yield counted(name, classes.count(name), unsure)
        yield from intervals.mean("mean_vehicle_length", map(mean, filter(None, lengths)), LENGTH_M, EDGES)

    def _distances(self, intervals: TrueIntervals, followers: Sequence[Sequence[tuple[Over, Over]]]) -> Iterator[Truth]:
        headways = [[_headway_s(*pair) for pair in group] for group in followers]
        gaps = [
            [_headway_s(before, over) - before.passage.over_s for before, over in group if self._has_speed(before)]
            for group in followers
        ]
        yield from intervals.mean("mean_headway", map(mean, filter(None, headways)), TIME_S, EDGES)
        yield from intervals.mean("mean_gap", map(mean, filter(None, gaps)), TIME_S, EDGES)

    def _has_speed(self, over: Over) -> bool:
        """Whether it did not stop between the beginnings of the loops, and was neither too slow nor too fast."""
        stopped = over.passage.stands_s > 0 and over.passage.length_m / 2 < self._spacing_m
        constants = self._sensor.constants
        speed_kmh = over.passage.speed_mps * KMH_PER_MPS
        return not stopped and constants["min_speed_kmh"] <= speed_kmh <= constants["max_speed_kmh"]

    def _length_m(self, over: Over) -> float | None:
        """Its length as two loops can tell it: one that stood over both looks longer, and has none beyond a limit."""
        passage = over.passage
        length_m = passage.length_m + passage.stands_s * passage.speed_mps
        return length_m if self._has_speed(over) and length_m <= LENGTH_M_MAX else None

    def _overs(self) -> Iterator[Over]:
        loop_length_m = self._sensor.constants["loop_length_m"]
        return over_zones(self._place.vehicles(), self._wires, loop_length_m, (0.0, self._spacing_m), self._rest_ns)


def _headway_s(before: Over, over: Over) -> float:
    return (over.front_ns - before.front_ns) / NS_PER_S


def part(sensor: SensorConfig, wires: Wires, place: Place) -> SimulatedPart:
    """The simulated part of a sensor of this kind."""
    return LoopPair(sensor, wires, place)
