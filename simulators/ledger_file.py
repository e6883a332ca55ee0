"""The file of a player's ledger: one JSON value a line; a last line that a kill cut short is none.

The first line is the head with what became counts; an edge that was driven and accepted is a list, every other finding
an object with one key.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from gateway.spool.entries import Edge
from simulators.moves import Bounced, Life

Key = tuple[str, int, bool, bool]


def key_of(edge: Edge) -> Key:
    """An edge as a line has it."""
    return edge.sensor, edge.clock_ns, edge.level, edge.observed


def is_closure(edge: Edge) -> bool:
    """Whether the contact closed, rather than was found closed."""
    return edge.level and not edge.observed


@dataclass(slots=True)
class Head:
    """What older lines became.

    Arguments:
        boot: the boot that is played.
        driven: closures driven, by sensor.
        folded_until_ns: edges at or before this boot clock may be counts.
        levels: of the sensors there, as they were accepted.
        missing, stray, bounced: as in `Content`, how many.
    """

    boot: str
    driven: dict[str, int]
    folded_until_ns: int = -1
    levels: dict[str, bool] = field(default_factory=dict)
    missing: int = 0
    stray: int = 0
    bounced: int = 0


@dataclass(slots=True)
class Content:
    """All that a ledger says.

    Arguments:
        head: what older lines became.
        edges: driven and accepted, in the order of their acceptance.
        missing: driven, and not accepted although the gateway has settled their time.
        stray: accepted, and never driven.
        bounced: bursts with closures that no gateway may count.
        lost: accepted, and not found in the spool by a restart.
        life: the newest.
    """

    head: Head
    edges: list[Edge] = field(default_factory=list)
    missing: dict[Key, Edge] = field(default_factory=dict)
    stray: dict[Key, Edge] = field(default_factory=dict)
    bounced: dict[tuple[str, int], Bounced] = field(default_factory=dict)
    lost: list[Edge] = field(default_factory=list)
    life: Life | None = None

    @property
    def driven(self) -> dict[str, int]:
        """Closures driven, by sensor, whether the gateway accepted them or should have."""
        counts = Counter(self.head.driven)
        counts.update(edge.sensor for edge in (*self.edges, *self.missing.values()) if is_closure(edge))
        return {sensor: counts[sensor] for sensor in self.head.driven | counts}

    @property
    def missing_closures(self) -> int:
        """How many of those the gateway did not accept; without those that are counts by now."""
        return sum(is_closure(edge) for edge in self.missing.values())

    @property
    def bounced_closures(self) -> int:
        """Closures that no gateway may count, because the contact moved again within the debounce time."""
        return self.head.bounced + sum(bounced.closures for bounced in self.bounced.values())

    @property
    def levels(self) -> dict[str, bool]:
        """The level that each sensor was accepted at last."""
        return self.levels_at(None)

    def levels_at(self, clock_ns: int | None) -> dict[str, bool]:
        """The same at a boot clock."""
        edges = sorted((e for e in self.edges if clock_ns is None or e.clock_ns <= clock_ns), key=lambda e: e.clock_ns)
        return self.head.levels | {edge.sensor: edge.level for edge in edges}

    def folded(self) -> "Content":
        """The same with the older half as counts."""
        edges = (*self.edges, *self.missing.values(), *self.stray.values())
        all_ns = sorted([edge.clock_ns for edge in edges] + [burst.clock_ns for burst in self.bounced.values()])
        until_ns = all_ns[len(all_ns) // 2] if all_ns else self.head.folded_until_ns
        older = Content(
            self.head,
            edges=[edge for edge in self.edges if edge.clock_ns <= until_ns],
            missing={key: edge for key, edge in self.missing.items() if edge.clock_ns <= until_ns},
            bounced={key: burst for key, burst in self.bounced.items() if burst.clock_ns <= until_ns},
        )
        stray = {key: edge for key, edge in self.stray.items() if edge.clock_ns > until_ns}
        head = Head(
            self.head.boot,
            older.driven,
            until_ns,
            older.levels,
            self.head.missing + len(older.missing),
            self.head.stray + len(self.stray) - len(stray),
            older.bounced_closures,
        )
        life = self.life
        if life is not None and life.clock_ns < until_ns:
            life = Life(until_ns, life.levels | older.levels)
        return Content(
            head,
            [edge for edge in self.edges if edge.clock_ns > until_ns],
            {key: edge for key, edge in self.missing.items() if edge.clock_ns > until_ns},
            stray,
            {key: burst for key, burst in self.bounced.items() if burst.clock_ns > until_ns},
            self.lost,
            life,
        )

    def lines(self) -> Iterator[Any]:
        """The lines of a file that says this."""
        yield asdict(self.head)
        yield from lines_of(self.missing.values(), self.stray.values(), self.bounced.values(), self.lost, self.life)
        for edge in self.edges:
            yield key_of(edge)


def lines_of(
    missing: Iterable[Edge] = (),
    stray: Iterable[Edge] = (),
    bounced: Iterable[Bounced] = (),
    lost: Iterable[Edge] = (),
    life: Life | None = None,
) -> Iterator[Any]:
    """The lines of findings."""
    yield from ({"missing": key_of(edge)} for edge in missing)
    yield from ({"stray": key_of(edge)} for edge in stray)
    yield from ({"bounced": asdict(burst)} for burst in bounced)
    yield from ({"lost": key_of(edge)} for edge in lost)
    if life is not None:
        yield {"life": asdict(life)}


def encoded(lines: Iterable[Any]) -> bytes:
    """Lines as they stand in the file."""
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def read_boot(path: Path) -> str | None:
    """The boot of a ledger; None where there is none yet."""
    first = next(_lines(path), None)
    return None if first is None else str(first["boot"])


def read_ledger(path: Path) -> Content:
    """Read a ledger; one that does not exist says nothing."""
    lines = _lines(path)
    first = next(lines, None)
    content = Content(Head("", {}) if first is None else Head(**first))
    accepted: list[Edge] = []
    for line in lines:
        if isinstance(line, list):
            accepted.append(Edge(*line))
        else:
            ((name, value),) = line.items()
            _take(content, name, value)
    content.edges = [edge for edge in accepted if key_of(edge) not in content.stray]
    if content.missing:  # what a restart found in the journal after all
        for edge in content.edges:
            content.missing.pop(key_of(edge), None)
    return content


def _take(content: Content, name: str, value: Any) -> None:
    if name == "bounced":
        burst = Bounced(**value)
        content.bounced[burst.sensor, burst.clock_ns] = burst
    elif name == "life":
        content.life = Life(**value)
    else:
        edge = Edge(*value)
        if name == "lost":
            content.lost.append(edge)
        else:
            (content.missing if name == "missing" else content.stray)[key_of(edge)] = edge


def _lines(path: Path) -> Iterator[Any]:
    try:
        with path.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    yield json.loads(line)
    except FileNotFoundError:
        return
