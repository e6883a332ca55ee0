"""`rain-gauge`: rain that fills a bucket until it tips and closes a reed contact for a moment."""

from collections.abc import Iterator
from itertools import pairwise

from firmware_config.sensor import SensorConfig
from sensorhub.reading import NS_PER_S, US_PER_S
from simulators.parts.part import SimulatedPart, Truth
from simulators.true_intervals import EXACT, ROUNDING, TrueIntervals
from simulators.wires.bounce import REED
from simulators.wires.contact import Change, ContactPart
from simulators.wires.rising import pulses, reached
from simulators.wires.wires import Wires
from simulators.world.place import Place

CLOSED_NS = 80_000_000
APART_NS = 40_000_000
"""A bucket cannot tip sooner again."""

STEP_US = 10 * US_PER_S
_S_PER_H = 3_600


class RainGauge(ContactPart):
    """One gauge.

    Arguments:
        sensor, wires, place: what, connected to what, where.
    """

    def __init__(self, sensor: SensorConfig, wires: Wires, place: Place) -> None:
        super().__init__(sensor, wires, place, REED)
        self._mm_per_tip = sensor.constants["mm_per_tip"]

    def truths(self, from_ns: int, until_ns: int) -> list[Truth]:
        intervals = self._intervals(from_ns, until_ns)
        begin, end = (self._place.rain_mm(self._wires.wall_us(clock_ns)) for clock_ns in (from_ns, until_ns))
        off_mm = self._mm_per_tip * (1 + self._unsettled(from_ns, until_ns))
        return [
            Truth("rain_depth", "sum", end - begin, off_mm, "one tip"),
            *intervals.mean("rain_rate", self._rates(intervals), ROUNDING, EXACT),
        ]

    def _rates(self, intervals: TrueIntervals) -> Iterator[float]:
        """The heaviest rain of each interval, as far as times between tips tell it."""
        # What is told without a tip has its place among the tips: there is no end of looking for the next one.
        told = ((clock_ns, active) for clock_ns, _, active in self._changes())
        groups = intervals.groups((clock_ns, clock_ns if active else None) for clock_ns, active in told)
        tips = [[tip_ns for tip_ns in group if tip_ns is not None] for group in groups]
        gaps = {tip_ns: tip_ns - before for before, tip_ns in pairwise(tip_ns for group in tips for tip_ns in group)}
        for group in tips:
            known = [gaps[tip_ns] for tip_ns in group if tip_ns in gaps]
            if known:
                yield self._mm_per_tip * _S_PER_H * NS_PER_S / min(known)
            elif not group:
                yield 0.0

    def _changes(self) -> Iterator[Change]:
        tips = reached(self._place.rain_mm, self._place.start_us, STEP_US, self._mm_per_tip)
        return pulses(tips, self._wires, self._pin, CLOSED_NS, APART_NS + self._rest_ns)


def part(sensor: SensorConfig, wires: Wires, place: Place) -> SimulatedPart:
    """The simulated part of a sensor of this kind."""
    return RainGauge(sensor, wires, place)
