"""The outcome of a run: what was driven, by the player's ledgers, against what is stored, by the hub's answer."""

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sensorhub.clock import rfc3339
from sensorhub.hubfile import HubAddress
from simulators.folder import ledger_file
from simulators.ledger import driven_closures
from simulators.lines import lines_of
from simulators.recording import Recording

_COUNT = "actuation_count"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The ledger of a run, by `gateway/sensor`.

    Arguments:
        driven: closures that the player drove and the gateway accepted.
        stored: closures that the store has.
        skipped_events: events of the recording that repeat a state.
        readings: readings stored, of all quantities.
        seconds: how long it took, s.
    """

    driven: dict[str, int]
    stored: dict[str, int | float]
    skipped_events: int
    readings: int
    seconds: float

    @property
    def lost(self) -> int | float:
        """Closures that were driven and are not stored."""
        return sum(max(0, driven - self.stored[sensor]) for sensor, driven in self.driven.items())

    @property
    def duplicated(self) -> int | float:
        """Closures that are stored and were not driven."""
        return sum(max(0, self.stored[sensor] - driven) for sensor, driven in self.driven.items())

    @property
    def equal(self) -> bool:
        """Whether every closure that was driven is stored, once."""
        return self.driven == self.stored

    def as_json(self) -> str:
        """One JSON object."""
        fields: dict[str, Any] = {
            "driven": self.driven,
            "stored": self.stored,
            "lost": self.lost,
            "duplicated": self.duplicated,
            "skipped_events": self.skipped_events,
            "readings": self.readings,
            "seconds": round(self.seconds, 3),
        }
        return json.dumps(fields)


def read_driven(data: Path, recording: Recording) -> dict[str, int]:
    """Closures driven, by `gateway/sensor`, from the ledgers of a run."""
    return {
        f"{gateway.id}/{sensor}": closures
        for gateway in recording.gateways
        for sensor, closures in driven_closures(ledger_file(data, gateway.id)).items()
    }


def read_stored(hub: HubAddress, gateways: Iterable[str], start_us: int, end_us: int) -> tuple[dict[str, float], int]:
    """Ask the hub what it has of these gateways with times in (start, end]; closures by sensor, and all readings.

    Raises:
        HubUnreachable, HubRefused: it does not answer, or not this.
    """
    closures: dict[str, float] = {}
    readings = 0
    for gateway in gateways:
        for row in _rows(hub, gateway, start_us + 1, end_us + 1):
            readings += 1
            if row["quantity"] == _COUNT:
                name = f"{row['gateway']}/{row['sensor']}"
                closures[name] = closures.get(name, 0) + float(row["value"])
    return closures, readings


def compare(driven: dict[str, int], stored: dict[str, float], **rest: Any) -> Outcome:
    """Put both counts side by side, under the same names; a sensor that one of them does not know has 0 there."""
    names = sorted(driven.keys() | stored.keys(), key=_natural)
    return Outcome(
        {name: driven.get(name, 0) for name in names},
        {name: _whole(stored.get(name, 0)) for name in names},
        **rest,
    )


def _rows(hub: HubAddress, gateway: str, from_us: int, to_us: int) -> Iterator[dict[str, str]]:
    parameters = {"gateway": gateway, "from": rfc3339(from_us), "to": rfc3339(to_us), "format": "csv"}
    return csv.DictReader(lines_of(hub.get("/api/readings", parameters)))


def _whole(number: float) -> int | float:
    return int(number) if float(number).is_integer() else number


def _natural(name: str) -> tuple[str, int, str]:
    """`detector-9` before `detector-10`."""
    head, _, number = name.rpartition("-")
    return (head, int(number), "") if number.isdigit() else (name, 0, "")
