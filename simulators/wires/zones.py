"""Who passes zones that lie one behind the other, loops in a lane or beams at a door: when each is occupied."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sensorhub.reading import NS_PER_S
from simulators.wires.contact import Change
from simulators.wires.wires import Wires
from simulators.world.place import Passage


@dataclass(frozen=True, slots=True)
class Over:
    """A vehicle or person over the zones.

    Arguments:
        passage: who.
        front_ns: when the front comes to the first zone on the way.
        occupied: for each zone, in the usual direction, from when until when.
    """

    passage: Passage
    front_ns: int
    occupied: tuple[tuple[int, int], ...]

    @property
    def span_ns(self) -> tuple[int, int]:
        """From when until when it is over any zone, or between them."""
        return min(from_ns for from_ns, _ in self.occupied), max(until_ns for _, until_ns in self.occupied)

    def is_there(self, clock_ns: int) -> bool:
        """Whether it is over a zone then."""
        return any(from_ns <= clock_ns < until_ns for from_ns, until_ns in self.occupied)

    @property
    def left_ns(self) -> int:
        """When the rear leaves the last zone on the way."""
        return self.occupied[0 if self.passage.reverse else -1][1]

    def changes(self, pins: Iterable[int]) -> list[Change]:
        """What it does to the contacts of the zones."""
        return [
            change
            for pin, (from_ns, until_ns) in zip(pins, self.occupied, strict=True)
            for change in ((from_ns, pin, True), (until_ns, pin, False))
        ]


def over_zones(
    passages: Iterable[Passage], wires: Wires, zone_length_m: float, at_m: Sequence[float], rest_ns: int
) -> Iterator[Over]:
    """What those who pass do to zones, in the order of time.

    Where one follows so closely that a zone would see no gap, it comes as much later as the zone needs to see one.

    Arguments:
        passages: in the order of time; the line that they cross is the beginning of the first zone on their way.
        wires: for the clock.
        zone_length_m: of each zone.
        at_m: where the zones begin, from the first one on.
        rest_ns: how long a zone must be free to be seen so.
    """
    free_ns = [0] * len(at_m)
    for passage in passages:
        front_ns = wires.clock_ns(passage.time_us)
        ns_per_m = NS_PER_S / passage.speed_mps
        stands_m, stands_ns = passage.length_m / 2, passage.stands_s * NS_PER_S
        occupied = []
        for begin_m in at_m:
            end_m = begin_m + zone_length_m + passage.length_m
            begin_ns = begin_m * ns_per_m + (stands_ns if begin_m > stands_m else 0.0)
            occupied.append((front_ns + round(begin_ns), front_ns + round(end_m * ns_per_m + stands_ns)))
        if passage.reverse:
            occupied.reverse()
        late_ns = max(0, *(free - span[0] for free, span in zip(free_ns, occupied, strict=True)))
        if late_ns:
            front_ns += late_ns
            occupied = [(from_ns + late_ns, until_ns + late_ns) for from_ns, until_ns in occupied]
        free_ns = [until_ns + rest_ns for _, until_ns in occupied]
        yield Over(passage, front_ns, tuple(occupied))
