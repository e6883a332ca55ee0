"""What a county's process tells at its end: what truly happened, which faults showed. One file in the run's folder."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from simulators.county.bounds import Bound
from simulators.county.spans import Span
from simulators.files import write_whole
from simulators.parts.part import Truth

_NAME = "told.json"


@dataclass(frozen=True, slots=True)
class Calm:
    """A time in which no fault of the scenario may show on a sensor, whole intervals.

    Arguments:
        from_s, until_s: seconds after the start of the world.
        truths: what truly happened then; none where it is not known.
    """

    from_s: int
    until_s: int
    truths: list[Truth]


@dataclass(frozen=True, slots=True)
class Telling:
    """One gateway.

    Arguments:
        gateway: id.
        seconds: length of the run.
        spans: by sensor, and of the gateway itself: when faults of the scenario hold that show there.
        calms: by sensor, in the order of time: one of the whole run where nothing happened to it.
        bounds: by sensor, for all times beside the calms: between what its readings must lie; none where that is not
            known, or a fault may alter them.
        faults: by sensor, and of the gateway itself: seconds after the start, and the words; empty where it went.
        resumed: whether its process died meanwhile, and another went on.
    """

    gateway: str
    seconds: int
    spans: dict[str, list[Span]]
    calms: dict[str, list[Calm]]
    bounds: dict[str, list[Bound]]
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
            told["seconds"],
            {name: [(from_s, until_s) for from_s, until_s in spans] for name, spans in told["spans"].items()},
            {sensor: [_calm(**calm) for calm in calms] for sensor, calms in told["calms"].items()},
            {sensor: [Bound(**bound) for bound in bounds] for sensor, bounds in told["bounds"].items()},
            {sensor: [(at, text) for at, text in seen] for sensor, seen in told["faults"].items()},
            told["resumed"],
        )
        for told in json.loads((data / _NAME).read_bytes())
    ]


def _calm(from_s: int, until_s: int, truths: list[dict[str, Any]]) -> Calm:
    return Calm(from_s, until_s, [Truth(**truth) for truth in truths])
