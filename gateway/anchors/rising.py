"""Times that rise: a better anchor must not give a reading the time that the one before it has already.

Where an anchor comes that lies within the errors of the one before and yet some tenths of a second behind it, a short
interval, or one that was cut, could get the time of its predecessor, and a store that keys by time would keep one.
"""

from collections.abc import Sequence

from gateway.anchors.times import is_step, sealed_time_us
from gateway.spool import Anchor, Located, ReadingEntry, Seal, Spool

SENSORS_MAX = 1_000
"""Sensors of boots whose last time is remembered: more than any header has, over many restarts."""

LOOK_BACK_RECORDS = 4_000
"""How far back the seals of a process before this one are looked at: what it sealed last is what could come again."""


class RisingTimes:
    """The newest sealed reading of each sensor and boot."""

    def __init__(self) -> None:
        self._newest: dict[tuple[int, str], tuple[int, int, Anchor]] = {}

    @classmethod
    def of(cls, spool: Spool) -> "RisingTimes":
        """As the spool's present boot has sealed its last records, also before this process began."""
        rising = cls()
        readings: dict[int, Located] = {}
        for located in spool.scan(max(1, spool.next - LOOK_BACK_RECORDS)):
            if located.boot != spool.boot:
                continue
            if isinstance(located.entry, ReadingEntry):
                readings[located.sequence] = located
            elif isinstance(seal := located.entry, Seal):
                run = [readings[number] for number in range(seal.first, seal.last + 1) if number in readings]
                rising.note(run, seal.anchors)
        return rising

    def anchors(self, run: Sequence[Located], chosen: tuple[Anchor, ...]) -> tuple[Anchor, ...]:
        """The anchors to seal records of one boot with: those chosen, or the one before while times would not rise.

        Across a step of the wall clock the chosen ones hold: there the intervals see to it that no time comes twice.
        """
        for located in run:
            if not isinstance(located.entry, ReadingEntry):
                continue
            before = self._newest.get((located.boot, located.entry.sensor))
            if before is None or located.entry.clock_ns <= before[0]:
                continue
            _, time_us, anchor = before
            if _time_us(chosen, located) <= time_us and not is_step(anchor, chosen[-1]):
                return (anchor,)
        return chosen

    def note(self, run: Sequence[Located], sealed: tuple[Anchor, ...]) -> None:
        """These records are sealed with these anchors."""
        for located in run:
            if isinstance(located.entry, ReadingEntry):
                key = located.boot, located.entry.sensor
                if located.entry.clock_ns >= self._newest.get(key, (0,))[0]:
                    self._newest.pop(key, None)
                    self._newest[key] = located.entry.clock_ns, _time_us(sealed, located), sealed[-1]
        while len(self._newest) > SENSORS_MAX:
            del self._newest[next(iter(self._newest))]


def _time_us(anchors: tuple[Anchor, ...], located: Located) -> int:
    assert isinstance(located.entry, ReadingEntry)
    return sealed_time_us(anchors, located.entry.clock_ns, located.period_ms)
