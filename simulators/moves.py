"""What a player did to its contacts, and which of it the gateway owes an edge: known without asking the gateway."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.spool.entries import Edge
from simulators.timeline import Move, Timeline

DEBOUNCE_MS = 20
DEBOUNCE_NS = DEBOUNCE_MS * 1_000_000
"""Of the detectors that are played. Moves of one contact that follow each other sooner are one burst."""


@dataclass(frozen=True, slots=True)
class Life:
    """How the contacts stood when a playing process began.

    Arguments:
        clock_ns: boot clock from which it drove.
        levels: of each sensor there; True is closed.
    """

    clock_ns: int
    levels: dict[str, bool]


def moves_of(timeline: Timeline, life: Life) -> Iterator[Move]:
    """The moves that a life makes: those of the timeline from its begin that change a contact."""
    levels = dict(life.levels)
    for move in timeline.moves_from(life.clock_ns):
        if levels.get(move.sensor) != move.level:
            levels[move.sensor] = move.level
            yield move


@dataclass(slots=True)
class _Burst:
    first: Move
    last_ns: int
    moves: int = 1
    closures: int = 0
    accepted: bool = False

    @property
    def owed(self) -> bool:
        """Whether the contact ends it at another level than before: then its first move is the edge to report."""
        return self.moves % 2 == 1


@dataclass(frozen=True, slots=True)
class Bounced:
    """Closures within one burst that no gateway may count."""

    sensor: str
    clock_ns: int
    closures: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became certain: moves that the gateway had to report and has not, and bursts that excuse it."""

    missing: tuple[Edge, ...]
    bounced: tuple[Bounced, ...]


class DrivenMoves:
    """Moves that were driven and not yet judged, in bursts."""

    def __init__(self) -> None:
        self._bursts: dict[str, deque[_Burst]] = {}
        self._by_first: dict[Move, _Burst] = {}

    def drive(self, move: Move) -> None:
        """A contact was moved; moves come in the order of time, and each changes its contact."""
        bursts = self._bursts.setdefault(move.sensor, deque())
        if bursts and move.clock_ns - bursts[-1].last_ns < DEBOUNCE_NS:
            bursts[-1].last_ns = move.clock_ns
            bursts[-1].moves += 1
        else:
            bursts.append(_Burst(move, move.clock_ns))
            self._by_first[move] = bursts[-1]
        bursts[-1].closures += move.level

    def match(self, edge: Edge) -> bool:
        """Whether an edge is one that a gateway had to report here, for the first time."""
        burst = self._by_first.get(Move(edge.clock_ns, edge.sensor, edge.level))
        if burst is None or burst.accepted or not burst.owed:
            return False
        burst.accepted = True
        return True

    def over_ns(self, clock_ns: int) -> int:
        """When the bursts that began at or before `clock_ns` are over, if nothing more is driven."""
        newest = (bursts[-1] for bursts in self._bursts.values() if bursts)
        begun = (burst.last_ns for burst in newest if burst.first.clock_ns <= clock_ns)
        return max([clock_ns, *begun]) + DEBOUNCE_NS

    def judge(self, until_ns: int) -> Verdict:
        """Close the bursts that were over by `until_ns`, when the gateway has settled all until then."""
        missing: list[Edge] = []
        bounced: list[Bounced] = []
        for sensor, bursts in self._bursts.items():
            while bursts and bursts[0].last_ns + DEBOUNCE_NS <= until_ns:
                burst = bursts.popleft()
                first = burst.first
                del self._by_first[first]
                if burst.owed and not burst.accepted:
                    missing.append(Edge(sensor, first.clock_ns, first.level))
                uncounted = burst.closures - (burst.owed and first.level)
                if uncounted:
                    bounced.append(Bounced(sensor, first.clock_ns, uncounted))
        return Verdict(tuple(missing), tuple(bounced))
