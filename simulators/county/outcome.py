"""The outcome of a county's run: its ledger, and how each fault showed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulators.county.bounds import Bound
from simulators.parts.part import Truth

FLOAT_SLACK = 1e-9
"""Sums of doubles in another order differ by this share at most."""


@dataclass(frozen=True, slots=True)
class _OfSensor:
    gateway: str
    sensor: str

    @property
    def name(self) -> str:
        """Whose, as `gateway/sensor`."""
        return f"{self.gateway}/{self.sensor}"


@dataclass(frozen=True, slots=True)
class Line(_OfSensor):
    """One line of the ledger.

    Arguments:
        gateway, sensor: whose.
        from_s, until_s: of what time, seconds after the start.
        truth: what truly happened.
        stored: what the hub has of it.
    """

    from_s: int
    until_s: int
    truth: Truth
    stored: float

    @property
    def difference(self) -> float:
        """Stored less true."""
        return self.stored - self.truth.value

    @property
    def holds(self) -> bool:
        """Whether the difference is within the tolerance."""
        slack = FLOAT_SLACK * max(1.0, abs(self.truth.value))
        return abs(self.difference) <= self.truth.tolerance + slack


@dataclass(frozen=True, slots=True)
class Within(_OfSensor):
    """What is stored of one quantity while a fault took samples, all qualities: nothing of it may be made up.

    Arguments:
        gateway, sensor: whose.
        bound: between what it must lie.
        lowest, highest: of what is stored.
    """

    bound: Bound
    lowest: float
    highest: float

    @property
    def holds(self) -> bool:
        """Whether it lies between, give or take the tolerance."""
        bound = self.bound
        slack = bound.tolerance + FLOAT_SLACK * max(1.0, abs(bound.lowest), abs(bound.highest))
        return bound.lowest - slack <= self.lowest and self.highest <= bound.highest + slack


@dataclass(frozen=True, slots=True)
class Shown:
    """How a fault showed.

    Arguments:
        words: as a scenario names them: `fault`, qualities, `trouble`.
        texts: what was said to a person, sentences.
    """

    words: tuple[str, ...]
    texts: tuple[str, ...]


@dataclass(slots=True)
class CountyOutcome:
    """All of a run.

    Arguments:
        lines: the ledger: of each sensor all times in which no fault may show.
        within: of sensors with a fault that takes samples and alters none: what is stored of the time of the fault.
        shown: of sensors and gateways to which something happened: how it showed.
        silent_faults: of those whose fault did not show as the scenario says: what is missing.
        strange: of sensors and gateways with a fault, a trouble, or readings that are bad or partial where or when
            nothing happened to them that shows: which, in words.
        readings_of: readings stored, by gateway.
        seconds: how long it took.
    """

    lines: list[Line] = field(default_factory=list)
    within: list[Within] = field(default_factory=list)
    shown: dict[str, Shown] = field(default_factory=dict)
    silent_faults: dict[str, str] = field(default_factory=dict)
    strange: dict[str, str] = field(default_factory=dict)
    readings_of: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def readings(self) -> int:
        """Readings stored, all together."""
        return sum(self.readings_of.values())

    @property
    def equal(self) -> bool:
        """Whether all is as it truly was, and every fault showed where and when it was, and nowhere else."""
        is_true = all(line.holds for line in self.lines) and all(each.holds for each in self.within)
        return is_true and not self.silent_faults and not self.strange

    def as_json(self) -> str:
        """One JSON object."""
        told: Mapping[str, Any] = {
            "equal": self.equal,
            "ledger": [_told(line) for line in self.lines],
            "within": [_told_within(each) for each in self.within],
            "shown": {name: [*found.words, *found.texts] for name, found in self.shown.items()},
            "silent_faults": self.silent_faults,
            "strange": self.strange,
            "readings": self.readings,
            "seconds": round(self.seconds, 3),
        }
        return json.dumps(told)


def _told(line: Line) -> dict[str, Any]:
    is_known = line.stored == line.stored  # not nan
    return {
        "sensor": line.name,
        "quantity": line.truth.quantity,
        "from_s": line.from_s,
        "until_s": line.until_s,
        "true": line.truth.value,
        "stored": line.stored if is_known else None,
        "difference": line.difference if is_known else None,
        "tolerance": line.truth.tolerance,
        "reason": line.truth.reason,
        "holds": line.holds,
    }


def _told_within(each: Within) -> dict[str, Any]:
    return {
        "sensor": each.name,
        "quantity": each.bound.quantity,
        "true": [each.bound.lowest, each.bound.highest],
        "stored": [each.lowest, each.highest],
        "tolerance": each.bound.tolerance,
        "holds": each.holds,
    }
