"""What a county's process tells at its end: what truly happened, which faults showed. One file in the run's folder."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from simulators.files import write_whole
from simulators.parts.part import Truth

_NAME = "told.json"


@dataclass(frozen=True, slots=True)
class Telling:
    """One gateway.

    Arguments:
        gateway: id.
        truths: by sensor; none where they are not known.
        faults: by sensor: seconds after the start, and the fault's words; empty words where it went.
        resumed: whether its process died meanwhile, and another went on.
    """

    gateway: str
    truths: dict[str, list[Truth]]
    faults: dict[str, list[tuple[float, str]]]
    resumed: bool


def write_tellings(data: Path, tellings: Sequence[Telling]) -> None:
    """Keep what is told in the folder of a run."""
    write_whole(data / _NAME, json.dumps([asdict(telling) for telling in tellings]).encode())


def read_tellings(data: Path) -> list[Telling]:
    """Read what was told."""
    return [
        Telling(
            told["gateway"],
            {sensor: [Truth(**truth) for truth in truths] for sensor, truths in told["truths"].items()},
            {sensor: [(at, text) for at, text in seen] for sensor, seen in told["faults"].items()},
            told["resumed"],
        )
        for told in json.loads((data / _NAME).read_bytes())
    ]
