"""What a gateway's spool holds, read from copies of its folder with the production reader."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

from gateway.anchors.times import sealed_time_us
from gateway.spool.disk import RealDisk
from gateway.spool.entries import Edge, MarkerEntry, ReadingEntry, Seal
from gateway.spool.room import SpoolLimits
from gateway.spool.spool import Spool
from sensorhub.names import is_hex16
from sensorhub.ranges import RangeSet

Identity = tuple[str, str, int]
"""Gateway, epoch, sequence."""

_LIMITS = SpoolLimits(1 << 30, reserve_bytes=0)


@dataclass(frozen=True, slots=True)
class Accepted:
    """One record that a gateway has accepted; a marker has no sensor, and its text as the quantity."""

    sensor: str
    quantity: str
    value: float
    quality: int
    boot: str
    clock_ns: int
    period_ms: int


@dataclass(slots=True)
class SpoolCopy:
    """What one copy of a spool says.

    Arguments:
        records: by epoch and sequence.
        edges: closures and openings in the journal: boot, sensor, boot clock, level.
        times_us: the time that each sealed record goes out with, and how far that may be off, by epoch and sequence.
        received: by epoch.
        findings: what recovery found wrong.
    """

    records: dict[tuple[str, int], Accepted] = field(default_factory=dict)
    edges: set[tuple[str, str, int, bool]] = field(default_factory=set)
    times_us: dict[tuple[str, int], tuple[int, int]] = field(default_factory=dict)
    received: dict[str, RangeSet] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)


def copy_spool(spool: Path, to: Path) -> Path:
    """Copy a spool's folder as it stands; what its process writes meanwhile is there in part, like after a kill."""
    shutil.copytree(
        spool, to, ignore=shutil.ignore_patterns("lock", "reserve*", "*.sock"), ignore_dangling_symlinks=True
    )
    return to


def read_spool(copy: Path, gateway: str) -> SpoolCopy:
    """Recover a copy of a spool and read all of it; the copy is changed by that."""
    found = SpoolCopy()
    if not copy.exists():
        return found
    for epoch in sorted(folder.name for folder in copy.iterdir() if is_hex16(folder.name)):
        spool = Spool.open(RealDisk(copy), gateway, uuid4(), limits=_LIMITS, new_epoch=lambda: "", epoch=epoch)
        try:
            _read(spool, epoch, found)
        finally:
            spool.close()
    return found


def _read(spool: Spool, epoch: str, found: SpoolCopy) -> None:
    found.findings += spool.findings
    found.received[epoch] = RangeSet(spool.received)
    names: dict[int, str] = {}
    seals: list[Seal] = []
    clocks: dict[int, tuple[int, int]] = {}
    for located in spool.scan():
        if located.boot == spool.boot:
            continue  # what opening the copy has added to it
        boots: dict[int, UUID] = dict(spool.boots)
        boot = names.setdefault(located.boot, str(boots.get(located.boot)))
        entry = located.entry
        if isinstance(entry, ReadingEntry):
            for at, one in enumerate(entry.values):
                number = located.sequence + at
                clocks[number] = entry.clock_ns, located.period_ms
                found.records[epoch, number] = Accepted(
                    entry.sensor, one.quantity, one.value, int(one.quality), boot, entry.clock_ns, located.period_ms
                )
        elif isinstance(entry, MarkerEntry):
            clocks[located.sequence] = entry.clock_ns, 0
            found.records[epoch, located.sequence] = Accepted(
                "", f"{entry.kind} {entry.text}", 0.0, 0, boot, entry.clock_ns, 0
            )
        elif isinstance(entry, Edge) and not entry.observed:
            found.edges.add((boot, entry.sensor, entry.clock_ns, entry.level))
        elif isinstance(entry, Seal):
            seals.append(entry)
    for seal in seals:
        for number in range(seal.first, seal.last + 1):
            if number in clocks:
                time_us = sealed_time_us(seal.anchors, *clocks[number])
                error_us = max(anchor.error_ns for anchor in seal.anchors) // 1_000
                found.times_us[epoch, number] = time_us, error_us
