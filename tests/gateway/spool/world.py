"""What the tests of the spool share: a small gateway with two sensors, and readings of it."""

from collections.abc import Iterable
from uuid import UUID

from gateway.spool import (
    Anchor,
    AnchorKind,
    BootNote,
    Disk,
    Edge,
    Entry,
    Located,
    Measured,
    ReadingEntry,
    Seal,
    SensorSettings,
    Spool,
    SpoolLimits,
)

EPOCH = "5f0c2a9e41d07b36"
GATEWAY = "a127-rayleigh-weir"
BOOTS = [UUID(int=0x1000 + number) for number in range(1000)]
SENSORS = [
    SensorSettings("detector-1", "detector", 60_000, b"\x01\x02\x03\x04\x05\x06\x07\x08"),
    SensorSettings("detector-2", "detector", 5_000, b"\x11\x12\x13\x14\x15\x16\x17\x18"),
]
LIMITS = SpoolLimits(bytes_max=1024 * 1024, segment_bytes=1024, reserve_bytes=0)
ANCHOR = Anchor(1_000, 1_764_000_000_000_000_000, 5_000_000, AnchorKind.NTP)


def open_spool(disk: Disk, boot: int = 0, limits: SpoolLimits = LIMITS) -> Spool:
    spool = Spool.open(disk, GATEWAY, BOOTS[boot], limits=limits, new_epoch=lambda: EPOCH)
    spool.define(SENSORS)
    return spool


def reading(clock_ns: int, *values: float, sensor: str = "detector-1", boot: int | None = None) -> ReadingEntry:
    names = ("actuation_count", "occupancy", "mean_on_time")
    measured = [Measured(name, value) for name, value in zip(names, values or (1.0, 2.5), strict=False)]
    return ReadingEntry(sensor, clock_ns, tuple(measured), boot)


def edge(clock_ns: int, sensor: str = "detector-1", level: bool = True, observed: bool = False) -> Edge:
    return Edge(sensor, clock_ns, level, observed)


def seal(spool: Spool, first: int, last: int) -> Seal:
    made = Seal(spool.boot, first, last - first + 1, (ANCHOR,))
    spool.append([made])
    return made


def entries(located: Iterable[Located]) -> list[tuple[int, Entry]]:
    """Sequence and entry, without the notes that each opening adds."""
    return [(item.sequence, item.entry) for item in located if not isinstance(item.entry, BootNote)]


def segment_names(disk: Disk) -> list[str]:
    return sorted(name for name in disk.files(EPOCH) if name.endswith(".seg"))


def filled(spool: Spool, readings: int, start_ns: int = 0) -> None:
    for number in range(readings):
        spool.append([reading(start_ns + 1_000 * (number + 1))])
