"""What the spool refused: readings are counted, contacts join the journal again when it takes entries.

A contact whose entries were refused was not watched, as far as the journal tells, from the first refused entry on.
When there is room again it is noted until when it was known and how it is now, as after a restart; so its intervals
stay what the journal gives, the one in which it was lost is made from the edges that were accepted, and is partial.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.recorder.contact import Contact
from gateway.recorder.contact_intervals import ContactIntervals
from gateway.spool import BootNote, Edge, Entry, MarkerEntry, ReadingEntry


@dataclass(frozen=True, slots=True)
class Rejoin:
    """What brings the refused contacts back into the journal.

    Arguments:
        entries: how each contact is now, the marker of what was refused, and the readings of the intervals in which
            contacts were lost.
        readings: those among them. They are of edges that are kept, and in a full spool these could not go without.
        closed: intervals of their contacts with these readings alone.
        intervals: of all refused contacts with all of these entries.
    """

    entries: tuple[Entry, ...]
    readings: tuple[ReadingEntry, ...]
    closed: Mapping[str, ContactIntervals]
    intervals: Mapping[str, ContactIntervals]


class Refusals:
    """Which contacts are not in the journal, and how many readings were refused.

    Arguments:
        contacts: those that are journalled, by sensor; their intervals must be as the journal has them. Refused
            readings of all other sensors are counted only.
    """

    def __init__(self, contacts: Mapping[str, Contact]) -> None:
        self._contacts = contacts
        self._kept = {sensor: contact.intervals.copy() for sensor, contact in contacts.items()}
        self._since: dict[str, int] = {}
        self._first: dict[str, int] = {}
        self._counts: dict[str, int] = {}

    @property
    def sensors(self) -> frozenset[str]:
        """The sensors whose contacts are not in the journal now."""
        return frozenset(self._since)

    @property
    def open(self) -> bool:
        """Whether something was refused that the journal does not say yet."""
        return bool(self._since or self._counts)

    @property
    def count(self) -> int:
        """Readings refused and not yet in a marker."""
        return sum(self._counts.values())

    def keep(self, entries: Iterable[Entry]) -> None:
        """These are in the journal, or will be; their contacts' intervals are as they were right after them."""
        for sensor in {entry.sensor for entry in entries if isinstance(entry, Edge | ReadingEntry)}:
            if sensor in self._contacts and sensor not in self._since:
                self._kept[sensor] = self._contacts[sensor].intervals.copy()

    def refuse(self, entries: Iterable[Entry], reason: str) -> None:
        """These are not in the journal and never will be."""
        known_ns: int | None = None
        for entry in entries:
            if isinstance(entry, BootNote):
                known_ns = entry.clock_ns  # of the contact whose level follows
            if not isinstance(entry, Edge | ReadingEntry):
                continue
            since_ns, known_ns = entry.clock_ns if known_ns is None else known_ns, None
            if entry.sensor in self._contacts:
                self._since[entry.sensor] = min(since_ns, self._since.get(entry.sensor, since_ns))
            if isinstance(entry, ReadingEntry):
                if entry.sensor in self._contacts:
                    self._first.setdefault(entry.sensor, len(entry.values))
                self._counts[reason] = self._counts.get(reason, 0) + len(entry.values)

    def lose(self, readings: int, reason: str) -> None:
        """So many readings that no contact can make again were refused."""
        if readings:
            self._counts[reason] = self._counts.get(reason, 0) + readings

    def journalled(self, sensor: str) -> ContactIntervals:
        """The intervals of a contact as far as the journal has them."""
        since_ns = self._since.get(sensor)
        if since_ns is None:
            return self._contacts[sensor].intervals.copy()
        known = self._kept[sensor].copy()
        if known.observed:
            known.lose(since_ns)
        return known

    def made_up_for(self, sensor: str) -> None:
        """The first reading of a contact that was refused is in the journal after all, made from what is known."""
        for _ in range(self._first.pop(sensor, 0)):
            reason = next(iter(self._counts))
            self._counts[reason] -= 1
            if not self._counts[reason]:
                del self._counts[reason]

    def forget(self) -> None:
        """A new journal begins, as the contacts' intervals are now; what was refused of the old one stays counted."""
        self._kept = {sensor: contact.intervals.copy() for sensor, contact in self._contacts.items()}
        self._since.clear()
        self._first.clear()

    def rejoin(self, now_ns: int) -> Rejoin:
        """What to append so that all contacts are in the journal again; `joined` says that it was.

        Arguments:
            now_ns: boot clock until which all edges have been taken.
        """
        found: list[Entry] = []
        readings: list[ReadingEntry] = []
        closed: dict[str, ContactIntervals] = {}
        intervals: dict[str, ContactIntervals] = {}
        again = 0
        for sensor, since_ns in self._since.items():
            contact = self._contacts[sensor]
            at_ns = contact.settled_until(now_ns)
            known = self.journalled(sensor)
            if made := known.close_until(at_ns):
                # The reading of the interval in which the contact was lost was counted, and is made all the same.
                readings += made
                closed[sensor] = known.copy()
                again += self._first.get(sensor, 0)
            found.append(BootNote(since_ns, 0))
            for channel, level in enumerate(contact.levels):
                known.observe(at_ns, level, channel)
                found.append(Edge(sensor, at_ns, level, observed=True, channel=channel))
            intervals[sensor] = known
        return Rejoin((*found, *self._markers(now_ns, again), *readings), tuple(readings), closed, intervals)

    def _markers(self, now_ns: int, again: int) -> list[MarkerEntry]:
        markers = []
        for reason, count in self._counts.items():
            taken = min(count, again)
            again -= taken
            if count > taken:
                markers.append(MarkerEntry("rejected", now_ns, f"{count - taken} {reason}"))
        return markers

    def closed(self, rejoin: Rejoin) -> None:
        """Only the readings of `rejoin` are in the journal."""
        for sensor, intervals in rejoin.closed.items():
            self._kept[sensor] = intervals.copy()
            self.made_up_for(sensor)

    def joined(self, rejoin: Rejoin) -> None:
        """The entries of `rejoin` are in the journal: nothing is refused any more."""
        for sensor, intervals in rejoin.intervals.items():
            self._contacts[sensor].intervals = intervals
            self._kept[sensor] = intervals.copy()
        self._since.clear()
        self._first.clear()
        self._counts.clear()
