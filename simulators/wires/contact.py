"""Contacts as they are: they bounce when they close and open, each as what it is."""

import random
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, takewhile

from firmware_config.sensor import SensorConfig
from simulators.parts.part import PinMove, SimulatedPart, Truth
from simulators.true_intervals import UNDER_WAY, TrueIntervals
from simulators.wires.bounce import BOUNCE_OF, Bounce
from simulators.wires.wires import Wires
from simulators.world.place import Place

Change = tuple[int, int, bool]
"""At a measurement clock (ns) what is connected to a pin (BCM number) becomes active, or idle."""

_NS_PER_MS = 1_000_000


class ContactPart(SimulatedPart):
    """A part that is nothing but contacts.

    Arguments:
        sensor, wires, place: what, connected to what, where.
        bounce: how each of its contacts does; by default as what reaches its pin does.
    """

    def __init__(self, sensor: SensorConfig, wires: Wires, place: Place, bounce: Bounce | None = None) -> None:
        self._sensor = sensor
        self._wires = wires
        self._place = place
        self._pins = tuple(sensor.pin_of.values())
        self._pin = self._pins[0]
        bounces = [bounce or BOUNCE_OF[signal] for signal in sensor.signal_of.values()]
        self._bounce = dict(zip(self._pins, bounces, strict=True))
        self._seed = wires.chance.getrandbits(64)
        # By the catalogue and not by the gateway's file: who waits longer than the kind needs misses some.
        self._rest_ns = sensor.entry.debounce_ms * _NS_PER_MS + max(each.longest_ns for each in bounces)
        """A contact that stays for so long after a change is seen to have changed, as its kind is debounced usually."""

        self._settles_ns = (sensor.debounce_ms or 0) * _NS_PER_MS + max(each.longest_ns for each in bounces)
        """By then the gateway has taken a change."""

    @abstractmethod
    def _changes(self) -> Iterator[Change]:
        """What its contacts do, without bounce, in the order of time; changes of a pin at least `_rest_ns` apart.

        One that changes nothing is told too, and does not bounce.
        """

    def moves(self) -> Iterator[PinMove]:
        return self._wires.tamper.moves(self._bounced())

    def _bounced(self) -> Iterator[PinMove]:
        draw = random.Random(self._seed).random
        bounces = {pin: (each.share, each.longest_ns / 2) for pin, each in self._bounce.items()}
        active_now = dict.fromkeys(self._pins, False)
        waiting: list[Change] = []
        for change in self._changes():
            while waiting and waiting[0] < change:
                yield PinMove(*waiting.pop(0))
            yield PinMove(*change)
            clock_ns, pin, active = change
            share, away_ns = bounces[pin]
            if active_now[pin] is not active and draw() < share:
                back_ns = clock_ns + 1 + int(draw() * away_ns)
                waiting += (back_ns, pin, not active), (back_ns + 1 + int(draw() * away_ns), pin, active)
                waiting.sort()
            active_now[pin] = active
        for change in waiting:
            yield PinMove(*change)

    def _under_way(self, at_ns: int, begin_ns: int, end_ns: int) -> bool:
        """Whether what begins and ends then was under way when a process died, or its end may not have been taken yet.

        An edge at `at_ns` itself has been: it is the newest one in the journal.
        """
        return begin_ns <= at_ns < end_ns + self._settles_ns and end_ns != at_ns

    def _seen_whole(self, begin_ns: int, end_ns: int) -> bool:
        """Whether one and the same process of the gateway saw what begins and ends then, and took it."""
        return not any(self._under_way(at_ns, begin_ns, end_ns) for at_ns in self._wires.bench.breaks_ns)

    def _unsettled(self, from_ns: int, until_ns: int) -> int:
        """How many closures of its contacts in [from_ns, until_ns) a process that died may have taken with it."""
        if not self._wires.bench.breaks_ns:
            return 0
        changes = takewhile(lambda change: change[0] < until_ns, self._changes())
        closures = (clock_ns for clock_ns, _, active in changes if active and clock_ns >= from_ns)
        return sum(not self._seen_whole(clock_ns, clock_ns) for clock_ns in closures)

    def _intervals(self, from_ns: int, until_ns: int) -> TrueIntervals:
        """The intervals of its readings."""
        return TrueIntervals(self._sensor.period_s, self._wires, from_ns, until_ns)


def counted(quantity: str, value: float, unsure: int) -> Truth:
    """What is true of a count.

    Arguments:
        unsure: how many were under way when a process died: the next one may count them or not, or take two for one.
    """
    return Truth(quantity, "sum", value, float(unsure), UNDER_WAY if unsure else "")


def in_order(groups: Iterable[Sequence[Change]]) -> Iterator[Change]:
    """The changes of all groups in the order of time.

    Arguments:
        groups: what each of those who pass does; none begins before the one before it.
    """
    waiting: list[Change] = []
    for group in groups:
        begin = min(group)
        waiting.sort()
        while waiting and waiting[0] < begin:
            yield waiting.pop(0)
        waiting += group
    yield from sorted(waiting)


def held(spans: Iterable[tuple[int, int]], pin: int) -> Iterator[Change]:
    """The changes of a contact that is active in each span (measurement clock, ns), in the order of time."""
    return chain.from_iterable(((from_ns, pin, True), (until_ns, pin, False)) for from_ns, until_ns in spans)


def apart(spans: Iterable[tuple[int, int]], rest_ns: int) -> Iterator[tuple[int, int]]:
    """Spans in the order of time, those joined that are less than `rest_ns` apart; shorter ones are left out."""
    last: tuple[int, int] | None = None
    for span in spans:
        if span[1] - span[0] < rest_ns:
            continue
        if last is not None and span[0] - last[1] < rest_ns:
            last = last[0], span[1]
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last
