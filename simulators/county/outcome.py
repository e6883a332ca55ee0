"""The outcome of a county's run: what truly happened against what the hubs have, quantity by quantity."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sensorhub.reading import Quality, parse_quality
from simulators.county.telling import Telling
from simulators.faults.scenario import GATEWAY_FAULTS, FaultPlan, Shows
from simulators.parts.part import Truth

FLOAT_SLACK = 1e-9
"""Sums of doubles in another order differ by this share at most."""

NOTHING: Sequence[Shows] = ("nothing",)

ALLOWED = ("suspect",)
PARTIAL_ALLOWED = (*ALLOWED, "partial")
"""How readings may be of a sensor to which nothing happened: the world has values that are not plausible, and where the
county's process was started again nobody saw what came meanwhile."""

Row = Mapping[str, str]
"""A reading as the hub exports it: gateway, sensor, quantity, time, value, quality."""


@dataclass(slots=True)
class Stored:
    """What is stored of one quantity of one sensor."""

    total: float = 0.0
    count: int = 0
    newest_time: str = ""
    newest: float = 0.0
    qualities: Quality = Quality.GOOD

    def take(self, row: Row) -> None:
        """Take one reading in."""
        value = float(row["value"])
        self.total += value
        self.count += 1
        time = row["time"].removesuffix("Z")  # with as many decimals as it has: in the order of letters only so
        if time >= self.newest_time:
            self.newest_time, self.newest = time, value
        if row["quality"]:
            self.qualities |= parse_quality(row["quality"])

    def value(self, how: str) -> float:
        """What it comes to, as its truth is told; `nan` where nothing is stored of what has no sum."""
        if how == "sum":
            return self.total
        if not self.count:
            return float("nan")
        return self.newest if how == "last" else self.total / self.count


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the ledger."""

    gateway: str
    sensor: str
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


@dataclass(slots=True)
class CountyOutcome:
    """All of a run.

    Arguments:
        lines: of the sensors to which nothing happened.
        shown: of those to which something happened: how it showed.
        silent_faults: sensors whose fault did not show as the scenario says.
        strange: sensors to which nothing happened, or nothing that shows, and which have a fault or readings that are
            bad or partial all the same, in words.
        readings: readings stored.
        seconds: how long it took.
    """

    lines: list[Line]
    shown: dict[str, list[str]] = field(default_factory=dict)
    silent_faults: list[str] = field(default_factory=list)
    strange: dict[str, str] = field(default_factory=dict)
    readings: int = 0
    seconds: float = 0.0

    @property
    def equal(self) -> bool:
        """Whether all is as it truly was, and every fault showed where it was and nowhere else."""
        return all(line.holds for line in self.lines) and not self.silent_faults and not self.strange

    def as_json(self) -> str:
        """One JSON object."""
        ledger = [
            {
                "sensor": f"{line.gateway}/{line.sensor}",
                "quantity": line.truth.quantity,
                "true": line.truth.value,
                "stored": None if line.stored != line.stored else line.stored,  # nan
                "difference": None if line.stored != line.stored else line.difference,
                "tolerance": line.truth.tolerance,
                "reason": line.truth.reason,
                "holds": line.holds,
            }
            for line in self.lines
        ]
        told: dict[str, Any] = {
            "equal": self.equal,
            "ledger": ledger,
            "shown": self.shown,
            "silent_faults": self.silent_faults,
            "strange": self.strange,
            "readings": self.readings,
            "seconds": round(self.seconds, 3),
        }
        return json.dumps(told)


def stored_of(rows: Iterable[Row]) -> dict[tuple[str, str, str], Stored]:
    """Readings by gateway, sensor and quantity."""
    found: dict[tuple[str, str, str], Stored] = {}
    for row in rows:
        found.setdefault((row["gateway"], row["sensor"], row["quantity"]), Stored()).take(row)
    return found


def compare_county(
    tellings: Sequence[Telling],
    stored: Mapping[tuple[str, str, str], Stored],
    plans: Sequence[FaultPlan] = (),
    shows: Sequence[Shows] = (),
) -> CountyOutcome:
    """Put what was told beside what is stored.

    Arguments:
        plans: the faults of the scenario, each with the gateway and sensor that it happened to.
        shows: how they may show.
    """
    outcome = CountyOutcome([], readings=sum(each.count for each in stored.values()))
    for telling in tellings:
        touched = set(_touched(telling, plans))
        for sensor, truths in telling.truths.items():
            name, found = f"{telling.gateway}/{sensor}", _found(telling, sensor, stored)
            if sensor in touched:
                outcome.shown[name] = found
            if sensor in touched and shows != NOTHING:
                if not set(found) & set(shows):
                    outcome.silent_faults.append(name)
                continue
            outcome.lines += [
                Line(telling.gateway, sensor, truth, _value(stored, telling.gateway, sensor, truth)) for truth in truths
            ]
            strange = [word for word in found if word not in (PARTIAL_ALLOWED if telling.resumed else ALLOWED)]
            if strange:
                outcome.strange[name] = ", ".join(strange)
    _whole_gateways(outcome, plans, shows)
    return outcome


def _touched(telling: Telling, plans: Sequence[FaultPlan]) -> Iterator[str]:
    for plan in plans:
        if plan.gateway == telling.gateway:
            yield from telling.truths if plan.fault in GATEWAY_FAULTS else (plan.sensor,)


def _value(stored: Mapping[tuple[str, str, str], Stored], gateway: str, sensor: str, truth: Truth) -> float:
    return stored.get((gateway, sensor, truth.quantity), Stored()).value(truth.how)


def _found(telling: Telling, sensor: str, stored: Mapping[tuple[str, str, str], Stored]) -> list[str]:
    """How it shows that something is wrong with a sensor: an open fault, qualities, then the words of its faults."""
    faults = telling.faults.get(sensor, [])
    mine = [each.qualities for (gateway, of, _), each in stored.items() if (gateway, of) == (telling.gateway, sensor)]
    words = [word for word in ("bad", "suspect", "partial") if any(each & Quality[word.upper()] for each in mine)]
    return [*(["fault"] if faults else []), *words, *dict.fromkeys(text for _, text in faults if text)]


def _whole_gateways(outcome: CountyOutcome, plans: Sequence[FaultPlan], shows: Sequence[Shows]) -> None:
    """A fault of a whole gateway need not show on every sensor of it, but on one."""
    for plan in plans:
        if plan.fault in GATEWAY_FAULTS and shows != NOTHING:
            mine = [name for name in outcome.shown if name.startswith(f"{plan.gateway}/")]
            silent = [name for name in mine if name in outcome.silent_faults]
            if len(silent) < len(mine):
                outcome.silent_faults = [name for name in outcome.silent_faults if name not in silent]
