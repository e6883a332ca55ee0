"""What must hold at the end of a seed: what was accepted is stored, once, unaltered; what was freed is committed."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sensorhub.ranges import RangeSet
from sensorhub.reading import Quality
from tests.delivery.kill.ledgers import Ledger
from tests.delivery.kill.spools import Accepted, SpoolCopy
from tests.delivery.kill.stored import Identity, Row, Stored

CLOSURES = "actuation_count"
TIME_SLACK_US = 500_000
"""An interval's end is snapped by at most 0.25 s, and a process notices it some 10 ms late."""

FINDINGS_MAX = 20
"""Of each sort; the counts are whole."""


@dataclass(slots=True)
class Verdict:
    """What was found wrong, and how much was looked at."""

    accepted: int = 0
    stored: int = 0
    closures: int = 0
    lost: int = 0
    duplicated: int = 0
    altered: int = 0
    broken: list[str] = field(default_factory=list)

    def lose(self, what: str) -> None:
        self.lost += 1
        self._tell(self.lost, f"lost: {what}")

    def double(self, what: str) -> None:
        self.duplicated += 1
        self._tell(self.duplicated, f"duplicated: {what}")

    def alter(self, what: str) -> None:
        self.altered += 1
        self._tell(self.altered, f"altered: {what}")

    def _tell(self, number: int, what: str) -> None:
        if number <= FINDINGS_MAX:
            self.broken.append(what)


@dataclass(slots=True)
class Known:
    """All that copies of the spools have shown: records, the times that they go out with, edges."""

    records: dict[Identity, Accepted] = field(default_factory=dict)
    times_us: dict[Identity, tuple[int, int]] = field(default_factory=dict)
    edges: dict[str, set[tuple[str, str, int, bool]]] = field(default_factory=dict)

    def add(self, gateway: str, copy: SpoolCopy, verdict: Verdict) -> None:
        """Take a copy; the same identity must always be the same record."""
        for (epoch, number), record in copy.records.items():
            before = self.records.setdefault((gateway, epoch, number), record)
            if before != record:
                verdict.alter(f"{gateway} {epoch} {number} was {before} and became {record}")
        for (epoch, number), time in copy.times_us.items():
            before_us = self.times_us.setdefault((gateway, epoch, number), time)
            if before_us != time:
                verdict.alter(f"{gateway} {epoch} {number} goes out at {before_us} and at {time}")
        self.edges.setdefault(gateway, set()).update(copy.edges)


def check_records(known: Known, stored: Stored, verdict: Verdict) -> None:
    """Each accepted record is stored under its identity, once, with its value, quality and time (DuckDB)."""
    for identity, record in known.records.items():
        if _is_kept_otherwise(identity, record, stored, verdict):
            continue
        rows = stored.rows.get(identity, [])
        if not rows:
            verdict.lose(f"{_name(identity)} {record}")
        for _ in rows[1:]:
            verdict.double(f"{_name(identity)} has {len(rows)} rows")
        for row in rows:
            if not _is_same(record, known.times_us.get(identity), row):
                verdict.alter(f"{_name(identity)} is {row}, accepted was {record} at {known.times_us.get(identity)}")
    epochs = {identity[:2] for identity in known.records}
    for identity in stored.rows.keys() - known.records.keys():
        if identity[:2] in epochs:
            verdict.double(f"{_name(identity)} is stored and was never accepted: {stored.rows[identity]}")
    series = Counter((identity[0], *row[:3]) for identity, rows in stored.rows.items() for row in rows[:1])
    for (gateway, sensor, quantity, time_us), number in series.items():
        if number > 1:
            verdict.double(f"{gateway}/{sensor}/{quantity} has {number} readings at {time_us}")
    verdict.stored += sum(map(len, stored.rows.values())) + len(stored.markers)


def check_points(known: Known, stored: Stored, verdict: Verdict) -> None:
    """Each accepted reading is a point with its value, and there is no other point (InfluxDB)."""
    expected: dict[tuple[str, str, str, int], float] = {}
    for identity, record in known.records.items():
        if _is_kept_otherwise(identity, record, stored, verdict):
            continue
        gateway, epoch, number = identity
        time = known.times_us.get(identity)
        if time is None or number not in stored.committed.get((gateway, epoch), RangeSet()):
            verdict.lose(f"{_name(identity)} {record}")
            continue
        key = gateway, record.sensor, record.quantity, time[0]
        if key in expected:
            verdict.double(f"{key} is the time of two readings; {_name(identity)} is the second")
        expected[key] = record.value
        value = stored.points.get(key)
        if value is None:
            verdict.lose(f"{_name(identity)}: no point {key}")
        elif value != record.value:
            verdict.alter(f"{_name(identity)} is {value}, accepted was {record.value}")
    for key in stored.points.keys() - expected.keys():
        verdict.double(f"{key} is stored and was never accepted")
    verdict.stored += len(stored.points) + len(stored.markers)


def check_closures(
    gateway: str,
    ledger: Ledger,
    known: Known,
    stored_closures: Mapping[str, int],
    *,
    may_reject: bool,
    verdict: Verdict,
) -> None:
    """The closures that are stored are those that were driven and accepted.

    Arguments:
        stored_closures: by sensor.
        may_reject: whether the disk was full for a time: then edges may be rejected, but none that was accepted.
    """
    accepted = ledger.accepted | known.edges.get(gateway, set())
    verdict.closures += sum(move[3] for move in accepted)
    for move in sorted(accepted - ledger.driven):
        verdict.double(f"{gateway} accepted an edge that nobody drove: {move}")
    if not may_reject:
        for move in sorted(ledger.missing - accepted):
            verdict.lose(f"{gateway} settled the time of an edge and did not accept it: {move}")
    least = Counter(sensor for _, sensor, _, level in accepted if level)
    most = Counter(sensor for _, sensor, _, level in ledger.driven if level) if may_reject else least
    for sensor in least.keys() | most.keys() | stored_closures.keys():
        number = stored_closures.get(sensor, 0)
        if number < least[sensor]:
            verdict.lose(f"{gateway}/{sensor}: {least[sensor]} closures were accepted, {number} are stored")
        if number > most[sensor]:
            verdict.double(f"{gateway}/{sensor}: {most[sensor]} closures at most, {number} are stored")


def check_times(known: Known, gateway: str, true_us: Mapping[str, tuple[int, int]], verdict: Verdict) -> None:
    """Readings have the time at which they were measured, within what their anchors say.

    Arguments:
        true_us: for each boot, the true wall time in us when its clock stood at the second number, ns.
    """
    for identity, (time_us, error_us) in known.times_us.items():
        record = known.records.get(identity)
        if record is None or identity[0] != gateway or record.boot not in true_us:
            continue
        wall_us, clock_ns = true_us[record.boot]
        right_us = wall_us + (record.clock_ns - clock_ns) // 1_000
        if abs(time_us - right_us) > error_us + TIME_SLACK_US:
            verdict.alter(f"{_name(identity)} {record} goes out at {time_us}, {(time_us - right_us) / 1e6:+.3f} s off")


def check_freed(gateway: str, copy: SpoolCopy, hub: Stored, verdict: Verdict) -> None:
    """I9: every record that a gateway has freed is committed at the hub, at one instant."""
    for epoch, received in copy.received.items():
        committed = hub.committed.get((gateway, epoch), RangeSet())
        gaps = [gap for first, last in received for gap in committed.missing(first, last)]
        if gaps:
            verdict.broken.append(f"I9: {gateway} {epoch} has freed {gaps}, and the hub has not committed them")


def closures_of(gateway: str, rows: Iterable[tuple[str, str, float]]) -> dict[str, int]:
    """Closures by sensor in rows of sensor, quantity and value."""
    counts: Counter[str] = Counter()
    for sensor, quantity, value in rows:
        if quantity == CLOSURES:
            counts[sensor] += int(value)
    return dict(counts)


def _is_kept_otherwise(identity: Identity, record: Accepted, stored: Stored, verdict: Verdict) -> bool:
    """Markers, and records that are dead letters: no valid record should be one."""
    verdict.accepted += 1
    gateway, epoch, number = identity
    if number in stored.refused.get((gateway, epoch), RangeSet()):
        verdict.broken.append(f"{_name(identity)} {record} is a dead letter")
        return True
    if record.sensor:
        return False
    text = stored.markers.get(identity)
    if text is None:
        verdict.lose(f"{_name(identity)}: the marker {record.quantity}")
    elif text != record.quantity:
        verdict.alter(f"{_name(identity)}: the marker {record.quantity} is stored as {text}")
    return True


def _is_same(record: Accepted, time: tuple[int, int] | None, row: Row) -> bool:
    sensor, quantity, time_us, value, quality = row
    marks = int(Quality.ESTIMATED_TIME)  # added where the pack is made
    return (sensor, quantity, value, quality & ~marks) == (
        record.sensor,
        record.quantity,
        record.value,
        record.quality & ~marks,
    ) and (time is None or time[0] == time_us)


def _name(identity: Identity) -> str:
    return " ".join(map(str, identity))
