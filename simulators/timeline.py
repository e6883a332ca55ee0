"""When each contact of a gateway moves, in boot clock: the recording once, or passes of it end to end."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from sensorhub.clock import ns_from_us
from sensorhub.reading import NS_PER_US
from simulators.recording import RecordedGateway, Span


@dataclass(frozen=True, slots=True)
class Move:
    """A contact closes (`level` True) or opens at `clock_ns`."""

    clock_ns: int
    sensor: str
    level: bool


class Timeline:
    """The moves of one gateway's contacts.

    Arguments:
        gateway: what was recorded.
        span: what the recording covers; pass k is shifted by k spans.
        start_ns: boot clock at the start of the span.
        once: end with the span; otherwise there is always another pass.
    """

    def __init__(self, gateway: RecordedGateway, span: Span, start_ns: int, *, once: bool) -> None:
        self.initial = {sensor.id: sensor.initial for sensor in gateway.sensors}
        self.start_ns = start_ns
        self._length_ns = ns_from_us(span.end_us - span.start_us)
        self._transitions = gateway.transitions
        self._origin_us = span.start_us
        self._once = once
        self._final = self.initial | {move.sensor: move.level for move in gateway.transitions}

    @property
    def end_ns(self) -> int | None:
        """Boot clock at the end of the span; None where there is always another pass."""
        return self.start_ns + self._length_ns if self._once else None

    def pass_begin_us(self, clock_ns: int) -> int:
        """How long after the first pass the one that plays at `clock_ns` began, microseconds."""
        turn = max(0, (clock_ns - self.start_ns) // self._length_ns)
        return turn * self._length_ns // NS_PER_US

    def moves_from(self, clock_ns: int) -> Iterator[Move]:
        """The moves at or after `clock_ns`, in the order of time."""
        first = max(0, (clock_ns - self.start_ns) // self._length_ns)
        for turn in range(1) if self._once else count(first):
            for move in self._pass(turn):
                if move.clock_ns >= clock_ns:
                    yield move

    def _pass(self, turn: int) -> Iterator[Move]:
        at_ns = self.start_ns + turn * self._length_ns
        if turn:
            # Between two passes a contact goes from how the recording ended to how it began: an edge like any other.
            for sensor, level in self.initial.items():
                if self._final[sensor] != level:
                    yield Move(at_ns, sensor, level)
        for change in self._transitions:
            yield Move(at_ns + ns_from_us(change.time_us - self._origin_us), change.sensor, change.level)
