"""One loop in a lane, and the detector card that closes a contact while a vehicle is over it."""

from collections.abc import Iterator

from firmware_config.sensor import SensorConfig
from sensorhub.reading import NS_PER_S
from simulators.instants import mean
from simulators.parts.part import Truth
from simulators.true_intervals import EXACT, ROUNDING
from simulators.wires.contact import Change, ContactPart, counted, held
from simulators.wires.wires import Wires
from simulators.wires.zones import over_zones
from simulators.world.place import Place

BEGINS, ENDS = 0, 1


class OneLoop(ContactPart):
    """One loop.

    Arguments:
        sensor, wires, place: what, connected to what, where.
        loop_length_m: its effective length.
        count: the quantity that counts vehicles.
        counted: whether they count as they come (`BEGINS`) or as they leave (`ENDS`).
    """

    def __init__(
        self, sensor: SensorConfig, wires: Wires, place: Place, loop_length_m: float, count: str, counted: int
    ) -> None:
        super().__init__(sensor, wires, place)
        self._loop_length_m = loop_length_m
        self._count = count
        self._counted = counted

    def _changes(self) -> Iterator[Change]:
        return held(self._closed(), self._pin)

    def truths(self, from_ns: int, until_ns: int) -> list[Truth]:
        intervals = self._intervals(from_ns, until_ns)
        counts = intervals.groups((span[self._counted], span[self._counted]) for span in self._closed())
        at_ns = [clock_ns for group in counts for clock_ns in group]
        on_times = intervals.groups(
            (end_ns, (end_ns - begin_ns) / NS_PER_S) for begin_ns, end_ns in self._closed() if begin_ns >= from_ns
        )
        return [
            counted(self._count, len(at_ns), sum(not self._seen_whole(clock_ns, clock_ns) for clock_ns in at_ns)),
            intervals.share("occupancy", self._closed(), self._settles_ns),
            *intervals.mean("mean_on_time", map(mean, filter(None, on_times)), ROUNDING, EXACT),
        ]

    def _closed(self) -> Iterator[tuple[int, int]]:
        vehicles = self._place.vehicles()
        overs = over_zones(vehicles, self._wires, self._loop_length_m, (0.0,), self._rest_ns)
        return (over.occupied[0] for over in overs)
