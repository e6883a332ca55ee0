"""`cycle-tubes`: cycles over two pneumatic tubes, and the air switch that closes a contact for each wheel."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from firmware_config.sensor import SensorConfig
from gateway.sensors.traffic import KMH_PER_MPS
from sensorhub.reading import NS_PER_S
from simulators.instants import mean
from simulators.parts.part import SimulatedPart, Truth
from simulators.wires.contact import Change, ContactPart, counted, in_order
from simulators.wires.wires import Wires
from simulators.world.place import Passage, Place

PULSE_NS = 20_000_000
WHEELBASE_SHARE = 0.6
"""Of a cycle's length: some 1.05 of 1.75 m."""

SPEED_KMH, SPEED_REASON = 0.01, "edge times in whole nanoseconds"


@dataclass(frozen=True, slots=True)
class _Ride:
    """When the front and the rear wheel of a cycle are on each tube, in the direction of the lane."""

    passage: Passage
    wheels_ns: tuple[tuple[int, int], tuple[int, int]]

    @property
    def crossed_ns(self) -> int:
        """When its rear wheel comes to the second tube on its way."""
        return self.wheels_ns[0 if self.passage.reverse else 1][1]

    @property
    def span_ns(self) -> tuple[int, int]:
        """From when until when it is on any tube, or between them."""
        return min(map(min, self.wheels_ns)), max(map(max, self.wheels_ns)) + PULSE_NS

    def changes(self, pins: Iterable[int]) -> list[Change]:
        """What it does to the contacts of the tubes."""
        return [
            change
            for pin, wheels in zip(pins, self.wheels_ns, strict=True)
            for wheel_ns in wheels
            for change in ((wheel_ns, pin, True), (wheel_ns + PULSE_NS, pin, False))
        ]


class CycleTubes(ContactPart):
    """Two tubes.

    Arguments:
        sensor, wires, place: what, connected to what, where.
    """

    def __init__(self, sensor: SensorConfig, wires: Wires, place: Place) -> None:
        super().__init__(sensor, wires, place)
        self._spacing_m = sensor.constants["spacing_m"]

    def _changes(self) -> Iterator[Change]:
        return in_order(ride.changes(self._pins) for ride in self._rides())

    def truths(self, from_ns: int, until_ns: int) -> list[Truth]:
        intervals = self._intervals(from_ns, until_ns)
        groups = intervals.groups((ride.crossed_ns, ride) for ride in self._rides())
        rides = [ride for group in groups for ride in group]
        reverse = sum(ride.passage.reverse for ride in rides)
        unsure = sum(not self._seen_whole(*ride.span_ns) for ride in rides)
        speeds = [[ride.passage.speed_mps * KMH_PER_MPS for ride in group] for group in groups if group]
        return [
            counted("cycle_count", len(rides) - reverse, unsure),
            counted("cycle_reverse_count", reverse, unsure),
            *intervals.mean("mean_speed", map(mean, speeds), SPEED_KMH, SPEED_REASON),
        ]

    def _rides(self) -> Iterator[_Ride]:
        """A cycle that would come to a tube before the one ahead has left it comes so much later."""
        free_ns = (0, 0)
        for passage in self._place.cyclists():
            front_ns = self._wires.clock_ns(passage.time_us)
            later_ns = round(self._spacing_m / passage.speed_mps * NS_PER_S)
            rear_ns = round(WHEELBASE_SHARE * passage.length_m / passage.speed_mps * NS_PER_S)
            reach_ns = (later_ns, 0) if passage.reverse else (0, later_ns)
            front_ns = max(front_ns, *(free - reach for free, reach in zip(free_ns, reach_ns, strict=True)))
            first, second = ((front_ns + reach, front_ns + reach + rear_ns) for reach in reach_ns)
            free_ns = first[1] + PULSE_NS + self._rest_ns, second[1] + PULSE_NS + self._rest_ns
            yield _Ride(passage, (first, second))


def part(sensor: SensorConfig, wires: Wires, place: Place) -> SimulatedPart:
    """The simulated part of a sensor of this kind."""
    return CycleTubes(sensor, wires, place)
