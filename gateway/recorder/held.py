"""Entries on their way into the spool, and those that wait in memory while the card cannot be written."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.spool import BootNote, Edge, Entry, ReadingEntry, SpoolFull, SpoolUnwritable
from sensorhub.sentence import shortened

log = logging.getLogger(__name__)

HELD_READINGS_MAX = 1_000
"""Readings that wait while the card cannot be written: 5 s at 200 a second; slow sensors' wait for as long as it
takes."""

HELD_EDGES_MAX = 100_000
"""Edges that wait: 5 s at 20,000 a second, more than any header gives."""

APPEND_ENTRIES_MAX = 20_000
"""What one append takes: some 1 MB, well below what the spool writes at once."""

RETRY_S = 1.0
"""How often a spool that refused is tried again: each try on a failing card begins a new file."""

FULL, UNWRITABLE = "spool-full", "unwritable"


def reason_of(error: SpoolFull | SpoolUnwritable) -> str:
    """What a marker says of readings that were refused with this error."""
    return FULL if isinstance(error, SpoolFull) else UNWRITABLE


class Log(Protocol):
    """Where entries become durable: a spool, or the epochs of one."""

    def append(self, entries: Sequence[Entry], *, closing: bool = False) -> int:
        """Accept entries, all or none; `closing` ones find room as notes do. Raises SpoolFull, SpoolUnwritable."""
        ...


@dataclass(frozen=True, slots=True)
class Taken:
    """What one append gave.

    Arguments:
        accepted: what is durable now and was not before, in the order in which it was put.
        refused: whether the entries were refused, all of them; what is neither accepted nor refused waits.
    """

    accepted: tuple[Entry, ...]
    refused: bool


class Held:
    """The way into the spool; called in the spool's thread.

    Arguments:
        gateway: id, for the log.
        spool: where entries become durable.
        now_s: the machine clock, seconds.
    """

    def __init__(self, gateway: str, spool: Log, now_s: Callable[[], float]) -> None:
        self._gateway = gateway
        self._spool = spool
        self._now_s = now_s
        self._owed: list[Entry] = []
        self._entries: list[Entry] = []
        self._try_s = 0.0
        self.trouble = ""
        self.reason = ""

    @property
    def waiting(self) -> int:
        """Entries that wait for the card."""
        return len(self._owed) + len(self._entries)

    @property
    def due(self) -> bool:
        """Whether a spool that refused may be tried again."""
        return self._now_s() >= self._try_s

    def owe(self, readings: Sequence[ReadingEntry]) -> None:
        """These of edges that are kept wait, whatever the limits; they are written before all that comes later."""
        self._owed += readings

    def append(self, entries: Sequence[Entry], *, may_wait: bool) -> Taken:
        """Write what waits, then `entries`.

        Arguments:
            may_wait: whether they may wait where the card cannot be written; while the spool is full nothing new does.
        """
        waiting = len(self._entries)
        queue = [*self._entries, *entries]
        written = 0
        paid: list[Entry] = []
        try:
            if self._owed and self.due:
                self._spool.append(self._owed, closing=True)
                paid, self._owed = self._owed, []
            if queue and self.due:
                for chunk in _chunks(queue):
                    self._spool.append(chunk)
                    written += len(chunk)
        except (SpoolFull, SpoolUnwritable) as error:
            self._fail(error)
        else:
            if written and (self.reason != FULL or any(isinstance(entry, Edge | ReadingEntry) for entry in queue)):
                self._recover()  # what a full spool keeps room for anyway proves nothing
        # Of a group that is begun the rest waits in any case: its contacts are in the journal up to the middle of it.
        waits = written > waiting or (may_wait and self.reason == UNWRITABLE and _fits(queue[written:]))
        refused = bool(entries) and written < len(queue) and not waits
        self._entries = queue[written : waiting if refused else len(queue)]
        return Taken((*paid, *queue[:written]), refused)

    def append_alone(self, entries: Sequence[Entry]) -> bool:
        """Write what a full spool keeps room for; whether none is left to write.

        Arguments:
            entries: journal entries without edges, and readings of edges that are kept. Anchors and markers go past
                what waits; notes and readings speak of contacts whose edges may be among that, and do not.
        """
        if not entries or self.reason != FULL:
            return not entries
        if self.waiting and any(isinstance(entry, BootNote | ReadingEntry) for entry in entries):
            return False
        try:
            self._spool.append(entries, closing=True)
        except (SpoolFull, SpoolUnwritable):
            return False
        return True

    def _fail(self, error: SpoolFull | SpoolUnwritable) -> None:
        self._try_s = self._now_s() + RETRY_S
        if not self.trouble:
            log.error("%s Sampling goes on; it is tried again.", error)
        self.reason = reason_of(error)
        self.trouble = shortened(str(error))

    def _recover(self) -> None:
        if self.trouble:
            log.info("The spool of %s takes what is measured again.", self._gateway)
        self.trouble = self.reason = ""
        self._try_s = 0.0


def _chunks(queue: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    at = 0
    while at < len(queue):
        end = min(at + APPEND_ENTRIES_MAX, len(queue))
        if end < len(queue) and isinstance(queue[end - 1], BootNote):
            end -= 1  # until when a contact was known is of use only with how it is now
        yield queue[at:end]
        at = end


def _fits(entries: Sequence[Entry]) -> bool:
    edges = sum(isinstance(entry, Edge) for entry in entries)
    readings = sum(len(entry.values) for entry in entries if isinstance(entry, ReadingEntry))
    return edges <= HELD_EDGES_MAX and readings <= HELD_READINGS_MAX
