"""When the processes of one gateway's run died, kept for the last one: it tells what truly happened in all of it."""

import json
from pathlib import Path

from simulators.files import write_whole

_NAME = "breaks.json"


def forget_breaks(folder: Path) -> None:
    """A run begins: what a folder says of an earlier one does not count."""
    (folder / _NAME).unlink(missing_ok=True)


def note_break(folder: Path, clock_ns: int) -> tuple[int, ...]:
    """Note where (measurement clock) another process goes on; returns all such times of this run."""
    path = folder / _NAME
    before = json.loads(path.read_bytes()) if path.is_file() else []
    breaks = (*before, clock_ns)
    write_whole(path, json.dumps(breaks).encode())
    return breaks
