"""The player's ledger: which edges it drove and the gateway accepted, in a file of its own.

One JSON value a line, appended after the gateway's journal has the edge; a last line that a kill cut short is
discarded. The number of closures that were driven is counted from it, and from nothing that the gateway computes.
"""

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from gateway.spool.entries import Edge, ReadingEntry
from simulators.files import write_whole

FOLD_BYTES = 33_554_432
"""A recording in an endless loop grows this far (days of a large junction), then the older half becomes counts."""

_COUNT = "actuation_count"

_Key = tuple[str, int, bool, bool]


def _key(edge: Edge) -> _Key:
    return edge.sensor, edge.clock_ns, edge.level, edge.observed


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
        self._head = {"boot": str(boot_id), "driven": dict.fromkeys(sensors, 0)}
        if _boot(path) != str(boot_id):
            self._write([self._head])
        self._cut_torn_line()
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND)

    def accept(self, edges: Iterable[Edge]) -> None:
        """Note edges that the gateway has accepted; they are with the system when this returns."""
        content = "".join(json.dumps(_key(edge)) + "\n" for edge in edges)
        if content:
            os.write(self._file, content.encode())
            if os.lseek(self._file, 0, os.SEEK_END) > self._fold_bytes:
                self._fold()

    def edges(self) -> Iterator[Edge]:
        """The edges noted, in the order of their acceptance; older ones may have become counts."""
        for line in _lines(self._path):
            if isinstance(line, list):
                yield Edge(*line)

    def reconcile(self, entries: Iterable[Edge | ReadingEntry]) -> Reconciled:
        """Compare the ledger with the spool after a restart.

        Every edge of the ledger must be in the journal or under a reading; the others are noted as lost, and stay
        counted as driven. What the journal has beyond the ledger is added to it: the kill came between the two.

        Arguments:
            entries: edges and readings of this boot, as the spool holds them.
        """
        journal: dict[_Key, Edge] = {}
        readings: dict[str, dict[int, ReadingEntry]] = {}
        for entry in entries:
            if isinstance(entry, Edge):
                journal[_key(entry)] = entry
            else:
                readings.setdefault(entry.sensor, {})[entry.clock_ns] = entry
        mine = {_key(edge): edge for edge in self.edges()}
        unfound: dict[str, list[Edge]] = {}
        for key, edge in mine.items():
            if key not in journal:
                unfound.setdefault(edge.sensor, []).append(edge)
        lost: list[Edge] = []
        for sensor, edges in unfound.items():
            known = [edge for edge in mine.values() if edge.sensor == sensor and _is_closure(edge)]
            lost.extend(_not_under(edges, known, readings.get(sensor, {})))
        beyond = [edge for key, edge in journal.items() if key not in mine]
        self.accept(beyond)
        if lost:
            os.write(self._file, (json.dumps({"lost": [_key(edge) for edge in lost]}) + "\n").encode())
        return Reconciled(tuple(lost), len(beyond))

    def close(self) -> None:
        """Give the file back."""
        os.close(self._file)

    def _write(self, lines: Iterable[Any]) -> None:
        write_whole(self._path, "".join(json.dumps(line) + "\n" for line in lines).encode())

    def _cut_torn_line(self) -> None:
        content = self._path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            os.truncate(self._path, whole)

    def _fold(self) -> None:
        edges = list(self.edges())
        newer = edges[len(edges) // 2 :]
        counts = Counter(edge.sensor for edge in newer if _is_closure(edge))
        driven = {sensor: n - counts[sensor] for sensor, n in driven_closures(self._path).items()}
        lost = [line for line in _lines(self._path) if _is_loss(line)]
        self._write([self._head | {"driven": driven}, *lost, *(_key(edge) for edge in newer)])
        os.close(self._file)
        self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND)


def driven_closures(path: Path) -> dict[str, int]:
    """Closures driven and accepted, by sensor, as a ledger's file says; empty where there is none yet."""
    counts: Counter[str] = Counter()
    for line in _lines(path):
        if isinstance(line, list):
            counts[line[0]] += _is_closure(Edge(*line))
        elif "driven" in line:
            counts.update(line["driven"])
    return dict(counts)


def lost_edges(path: Path) -> int:
    """How many edges restarts found missing from the spool."""
    return sum(len(line["lost"]) for line in _lines(path) if _is_loss(line))


def _lines(path: Path) -> Iterator[Any]:
    try:
        with path.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    yield json.loads(line)
    except FileNotFoundError:
        return


def _boot(path: Path) -> str | None:
    head: dict[str, str] | None = next(_lines(path), None)
    return head["boot"] if head else None


def _is_loss(line: Any) -> bool:
    return isinstance(line, dict) and "lost" in line


def _is_closure(edge: Edge) -> bool:
    return edge.level and not edge.observed


def _not_under(edges: list[Edge], closures: list[Edge], readings: dict[int, ReadingEntry]) -> list[Edge]:
    """The edges of one sensor that are not in its journal and under no reading that counts as many closures.

    Arguments:
        edges: those not found in the journal.
        closures: all closures of the sensor that the ledger has.
        readings: of the sensor, by the boot clock of their end.
    """
    lost: list[Edge] = []
    begin_ns = 0
    for end_ns, reading in sorted(readings.items()):
        inside = [edge for edge in edges if begin_ns <= edge.clock_ns < end_ns]
        if inside:
            counted = next((int(m.value) for m in reading.values if m.quantity == _COUNT), 0)
            expected = sum(begin_ns <= edge.clock_ns < end_ns for edge in closures)
            if counted < expected:
                lost.extend([edge for edge in inside if _is_closure(edge)][: expected - counted])
        begin_ns = end_ns
    return lost + [edge for edge in edges if edge.clock_ns >= begin_ns]
