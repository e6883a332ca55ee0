"""The player's ledger: which edges it drove and the gateway accepted, in a file of its own.

Appended after the gateway's journal has the edge. A move that the gateway had to accept and did not is driven all the
same. The number of closures that were driven is counted from it, and from nothing that the gateway computes.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from gateway.spool.entries import Edge, Located, ReadingEntry
from simulators.files import write_whole
from simulators.ledger_file import Content, Head, Key, encoded, is_closure, key_of, lines_of, read_boot, read_ledger
from simulators.moves import Life, Verdict

FOLD_BYTES = 33_554_432
"""A recording in an endless loop grows this far (days of a large junction), then the older half becomes counts."""

_COUNT = "actuation_count"
_NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a restart found: edges that the spool should have and has not, and edges that it has beyond the ledger."""

    lost: tuple[Edge, ...]
    added: int


class Ledger:
    """The ledger of one gateway in one boot.

    Arguments:
        path: its file; one of another boot is begun anew.
        boot_id: the boot that is played.
        sensors: ids of the gateway's sensors; each has a count, if only 0.
        fold_bytes: size at which its older half becomes counts.
    """

    def __init__(self, path: Path, boot_id: UUID, sensors: Iterable[str], fold_bytes: int = FOLD_BYTES) -> None:
        self._path = path
        self._fold_bytes = fold_bytes
        if read_boot(path) != str(boot_id):
            write_whole(path, encoded(Content(Head(str(boot_id), dict.fromkeys(sensors, 0))).lines()))
        self._cut_torn_line()
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND)

    def accept(self, edges: Iterable[Edge]) -> None:
        """Note edges that the gateway has accepted; they are with the system when this returns."""
        self._append(key_of(edge) for edge in edges)

    def judge(self, verdict: Verdict) -> None:
        """Note what the gateway should have accepted and did not, and what excuses it."""
        self._append(lines_of(missing=verdict.missing, bounced=verdict.bounced))

    def stray(self, edges: Iterable[Edge]) -> None:
        """Note edges that the gateway has accepted and nobody drove; they do not count, also where accepted before."""
        self._append(lines_of(stray=edges))

    def begin(self, life: Life) -> None:
        """Note how the contacts stand before a process drives them."""
        self._append(lines_of(life=life))

    def content(self) -> Content:
        """All that it says."""
        return read_ledger(self._path)

    def edges(self) -> Iterator[Edge]:
        """The edges noted, in the order of their acceptance; older ones may have become counts."""
        yield from self.content().edges

    def reconcile(self, entries: Iterable[Located]) -> Reconciled:
        """Compare the ledger with the spool after a restart.

        Every edge of the ledger must be in the journal or under a reading; the others are noted as lost, and stay
        counted as driven. What the journal has beyond the ledger is added to it: the kill came between the two.

        Arguments:
            entries: of this boot, as the spool holds them.
        """
        journal: dict[Key, Edge] = {}
        readings: dict[str, dict[int, Located]] = {}
        for located in entries:
            entry = located.entry
            if isinstance(entry, Edge):
                journal[key_of(entry)] = entry
            elif isinstance(entry, ReadingEntry):
                readings.setdefault(entry.sensor, {})[entry.clock_ns] = located
        content = self.content()
        mine = {key_of(edge): edge for edge in content.edges}
        unfound: dict[str, list[Edge]] = {}
        for key, edge in mine.items():
            if key not in journal:
                unfound.setdefault(edge.sensor, []).append(edge)
        lost: list[Edge] = []
        for sensor, edges in unfound.items():
            known = [edge for edge in mine.values() if edge.sensor == sensor and is_closure(edge)]
            lost.extend(_not_under(edges, known, readings.get(sensor, {})))
        beyond = [
            edge
            for key, edge in journal.items()
            if key not in mine and key not in content.stray and edge.clock_ns > content.head.folded_until_ns
        ]
        self.accept(beyond)
        self._append(lines_of(lost=lost))
        return Reconciled(tuple(lost), len(beyond))

    def close(self) -> None:
        """Give the file back."""
        os.close(self._file)

    def _append(self, lines: Iterable[Any]) -> None:
        added = encoded(lines)
        if added:
            os.write(self._file, added)
            if os.lseek(self._file, 0, os.SEEK_END) > self._fold_bytes:
                self._fold()

    def _cut_torn_line(self) -> None:
        content = self._path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            os.truncate(self._path, whole)

    def _fold(self) -> None:
        write_whole(self._path, encoded(self.content().folded().lines()))
        os.close(self._file)
        self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND)


def driven_closures(path: Path) -> dict[str, int]:
    """Closures driven, by sensor, as a ledger's file says; empty where there is none yet."""
    return read_ledger(path).driven


def _not_under(edges: list[Edge], closures: list[Edge], readings: dict[int, Located]) -> list[Edge]:
    """The edges of one sensor that are not in its journal and under no reading that counts as many closures.

    Those before a kept reading's interval and in no other cannot be checked: their segment was freed after its
    receipts.

    Arguments:
        edges: those not found in the journal.
        closures: all closures of the sensor that the ledger has.
        readings: of the sensor, by the boot clock of their end.
    """
    lost: list[Edge] = []
    before_ns = 0
    for end_ns, located in sorted(readings.items()):
        begin_ns = max(before_ns, end_ns - located.period_ms * _NS_PER_MS)
        inside = [edge for edge in edges if begin_ns <= edge.clock_ns < end_ns]
        if inside:
            assert isinstance(located.entry, ReadingEntry)
            counted = next((int(m.value) for m in located.entry.values if m.quantity == _COUNT), 0)
            expected = sum(begin_ns <= edge.clock_ns < end_ns for edge in closures)
            if counted < expected:
                lost.extend([edge for edge in inside if is_closure(edge)][: expected - counted])
        before_ns = end_ns
    return lost + [edge for edge in edges if edge.clock_ns >= before_ns]
