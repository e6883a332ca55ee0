"""What a gateway's contacts did and what it accepted, from the ledger that its process wrote."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.delivery.kill.gateway_process import Boot

Move = tuple[str, str, int, bool]
"""Boot, sensor, boot clock in ns, level."""


@dataclass(slots=True)
class Ledger:
    """Moves that were made, edges that were accepted, and moves that should have been accepted and were not."""

    driven: set[Move] = field(default_factory=set)
    accepted: set[Move] = field(default_factory=set)
    missing: set[Move] = field(default_factory=set)


def read_ledger(path: Path) -> Ledger:
    """Read the ledger of all lives of one gateway."""
    ledger = Ledger()
    boot, until_ns = "", -1
    mine: set[Move] = set()
    for line in _lines(path):
        if "life" in line:
            ledger.missing |= _unaccepted(mine, until_ns)
            boot, until_ns, mine = line["life"], -1, set()
        elif "drive" in line:
            move = (boot, *line["drive"])
            ledger.driven.add(move)
            mine.add(move)
        elif "accepted" in line:
            until_ns = max(until_ns, line["until"])
            ledger.accepted |= {(boot, *edge) for edge in line["accepted"]}
    ledger.missing |= _unaccepted(mine, until_ns)
    ledger.missing -= ledger.accepted
    return ledger


def read_boots(folder: Path) -> list[Boot]:
    """The boots that a gateway was in."""
    return [Boot(**line) for line in _lines(folder / "boots.jsonl")]


def _unaccepted(moves: set[Move], until_ns: int) -> set[Move]:
    return {move for move in moves if move[2] <= until_ns}


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        for line in file:
            try:
                fields = json.loads(line)
            except ValueError:
                continue  # cut short by a kill, or empty
            if isinstance(fields, dict):
                yield fields
