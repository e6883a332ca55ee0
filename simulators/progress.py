"""How far a run is: written by the process that plays it, read by the demo that started it."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from simulators.files import write_whole

_NAME = "progress.json"


@dataclass(frozen=True, slots=True)
class RunProgress:
    """All gateways of a run together.

    Arguments:
        clock_ns: the measurement clock of the gateway that is furthest behind.
        accepted: edges in journals since the process began.
        outstanding: records without a receipt.
        played: gateways that are through.
        gateways: how many there are.
        records: records without a receipt of each gateway, by its id.
    """

    clock_ns: int
    accepted: int
    outstanding: int
    played: int
    gateways: int
    records: dict[str, int]


class Furthest:
    """The furthest that a run has ever been: a process that dies and gets no further makes no progress."""

    def __init__(self) -> None:
        self._best: tuple[int, int, int] | None = None

    def passed(self, now: RunProgress | None) -> bool:
        """Whether `now` is further: a later clock, more gateways through there, or fewer records without a receipt."""
        if now is None:
            return False
        reached = (now.clock_ns, now.played, -now.outstanding)
        if self._best is not None and reached <= self._best:
            return False
        self._best = reached
        return True


def write_progress(data: Path, progress: RunProgress) -> None:
    """Keep how far a run is, in place of what was kept before."""
    write_whole(data / _NAME, json.dumps(asdict(progress)).encode())


def read_progress(data: Path) -> RunProgress | None:
    """How far a run is; None before it began."""
    try:
        return RunProgress(**json.loads((data / _NAME).read_bytes()))
    except FileNotFoundError:
        return None
