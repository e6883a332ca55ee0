"""Watches what ingest takes for gaps that open and close, and keeps the books of them right."""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from cloud.collaborators import Books
from cloud.gaps import Floor, Gap, open_gaps
from cloud.stores.protocol import Store, StorePack
from sensorhub.clock import MachineClock
from sensorhub.ranges import RangeSet
from sensorhub.reading import Marker
from sensorhub.status import Status

_log = logging.getLogger(__name__)

LOOK_AGAIN_S = 5.0
"""An epoch whose history is being filled in changes with every pack; its gaps are worked out again this often."""

LOOK_SHARE_MAX = 0.02
"""Of a hub's time: where epochs have so many ranges that a look takes long, it is taken less often."""

EPOCHS_PER_LOOK = 20
"""Packs wait meanwhile."""

AROUND_MAX = 50
"""The newest gaps of an epoch that get the times around them: each costs the store two look-ups."""

_Key = tuple[str, str]
_Times = tuple[int | None, int | None]


class GapWatch:
    """The gaps of all epochs, worked out again when something that concerns them came. Used from one thread.

    Arguments:
        store, books: what is here and which markers; where floors, gaps and findings are kept.
        clock: for how often an epoch is looked at.
    """

    def __init__(self, store: Store, books: Books, clock: MachineClock) -> None:
        self._store = store
        self._books = books
        self._clock = clock
        self._floors: dict[_Key, Floor] | None = None
        self._waiting: dict[_Key, float] = {}
        self._watched: dict[_Key, RangeSet] = {}
        self._said: dict[_Key, RangeSet] = {}
        self._times: dict[_Key, dict[tuple[int, int], _Times]] = {}
        self._look_again_s = LOOK_AGAIN_S

    def stored(self, packs: Iterable[StorePack]) -> None:
        """Packs were committed."""
        for pack in packs:
            key = (pack.id.gateway, pack.id.epoch)
            watched = self._watched.get(key)
            if (watched is not None and watched.within(pack.id.first, pack.id.last)) or any(
                isinstance(record, Marker) for _, record in pack.records
            ):
                self._look(key)

    def said(self, gateway: str, status: Status, arrived_us: int) -> None:
        """A gateway told what it keeps.

        Raises:
            StoreUnavailable: call again with the same.
        """
        floors = self._known_floors()
        for spool in status.epochs:
            key = (gateway, spool.epoch)
            known = floors.get(key)
            if spool.lowest > (known.lowest if known is not None else 1):
                floor = Floor(gateway, spool.epoch, spool.lowest, max(spool.next, spool.lowest), arrived_us)
                self._books.add_floor(floor)
                floors[key] = floor
                self._look(key)

    def refresh(self) -> None:
        """Work out again the gaps of epochs that may have changed, some of them in one call; called every second or so.

        Raises:
            StoreUnavailable: call again later.
        """
        floors = self._known_floors()
        now_s = self._clock.monotonic_s()
        due = [key for key, due_s in self._waiting.items() if due_s <= now_s]
        for key in due[:EPOCHS_PER_LOOK]:
            self._work_out(key, floors.get(key))
            del self._waiting[key]
            took_s = self._clock.monotonic_s() - now_s
            self._look_again_s = max(LOOK_AGAIN_S, took_s / LOOK_SHARE_MAX)

    def _known_floors(self) -> dict[_Key, Floor]:
        if self._floors is None:
            # After a restart nobody knows whether the gaps were worked out after the last commit.
            floors = {(floor.gateway, floor.epoch): floor for floor in self._books.floors()}
            for key in [*floors, *self._store.marked()]:
                self._waiting.setdefault(key, 0.0)
            self._floors = floors
        return self._floors

    def _look(self, key: _Key) -> None:
        self._waiting.setdefault(key, self._clock.monotonic_s() + (self._look_again_s if key in self._watched else 0.0))

    def _work_out(self, key: _Key, floor: Floor | None) -> None:
        gateway, epoch = key
        here = self._store.here(gateway, epoch)
        gaps = open_gaps(gateway, epoch, here, self._store.markers(gateway, epoch), floor)
        numbered = [gap for gap in gaps if gap.kind != "rejected"]
        times = self._around(key, numbered[-AROUND_MAX:])
        gaps = [
            replace(gap, from_us=times[gap.first, gap.last][0], to_us=times[gap.first, gap.last][1])
            if gap.kind != "rejected" and (gap.first, gap.last) in times
            else gap
            for gap in gaps
        ]
        total = self._books.set_gaps(gateway, epoch, gaps)
        self._books.set_finding("gap", gateway, "has lost records", total, self._clock.wall_us())
        watched = RangeSet((max(1, gap.first - 1), gap.last + 1) for gap in numbered)
        if floor is not None:
            for first, last in here.missing(floor.lowest, floor.next - 1):
                watched.add(first, last)
        self._watched[key] = watched
        self._say(key, gaps)

    def _around(self, key: _Key, gaps: Sequence[Gap]) -> dict[tuple[int, int], _Times]:
        """The times around gaps, looked up where they are not known yet."""
        known = self._times.get(key, {})
        spans = [(gap.first, gap.last) for gap in gaps]
        self._times[key] = {
            span: known[span] if None not in known.get(span, (None,)) else self._store.around(*key, *span)
            for span in spans
        }
        return self._times[key]

    def _say(self, key: _Key, gaps: Sequence[Gap]) -> None:
        said = self._said.setdefault(key, RangeSet())
        news = [gap for gap in gaps if gap.count and not said.covers(gap.first, gap.last)]
        for gap in news:
            said.add(gap.first, gap.last)
        if news:
            _log.error(
                "Gateway %s lost %d records (epoch %s): %s. See them with: sensorhub gaps.",
                key[0],
                sum(gap.count for gap in news),
                key[1],
                gap_words(news),
            )


def gap_words(gaps: Iterable[Gap]) -> str:
    """The reasons of gaps with their numbers, the most first: "120 spool-full, 7 unreadable"."""
    counts: Counter[str] = Counter()
    for gap in gaps:
        counts[gap.reason] += gap.count
    return ", ".join(f"{count} {reason}" for reason, count in counts.most_common(5))
