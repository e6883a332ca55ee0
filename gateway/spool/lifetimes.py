"""When each boot of a gateway was last known to be alive."""

from gateway.spool.entries import BootNote
from gateway.spool.segment import Segment
from sensorhub.reading import NS_PER_S


class Lifetimes(dict[int, BootNote]):
    """Notes by the index of the boot, in the order in which the boots were."""

    def alive(self, boot: int, clock_ns: int, wall_ns: int = 0) -> None:
        """A boot lives at this clock; `wall_ns` is the wall time then, 0 where it is not told."""
        # The note's wall time is that of its clock, carried on from where it was last known.
        known = self.get(boot) or BootNote(0, 0)
        if not wall_ns and clock_ns <= known.clock_ns and boot in self:
            return
        if wall_ns and clock_ns < known.clock_ns:
            wall_ns += known.clock_ns - clock_ns
        elif not wall_ns and known.wall_ns:
            wall_ns = known.wall_ns + max(0, clock_ns - known.clock_ns)
        self[boot] = BootNote(max(clock_ns, known.clock_ns), wall_ns)

    def age_s(self, segment: Segment) -> float:
        """How long ago a segment's newest entry was made, s; by boot clocks, so without the time between boots."""
        if segment.newest is None or segment.newest[0] not in self:
            return 0.0
        boot, clock_ns = segment.newest
        order = list(self)
        later = order[order.index(boot) + 1 :]
        return (self[boot].clock_ns - clock_ns + sum(self[other].clock_ns for other in later)) / NS_PER_S
