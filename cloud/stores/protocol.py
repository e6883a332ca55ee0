"""What a store of readings is: the values it takes and gives, and the promise it makes."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from sensorhub.errors import SensorHubError
from sensorhub.ranges import Range
from sensorhub.reading import Reading, Record
from sensorhub.topics import OPEN_ROOT, PackId


class StoreUnavailable(SensorHubError):
    """The store takes nothing now: nothing of the group may be receipted, and the same group may be written again.

    Arguments:
        message: what happened, where, and what to do next.
        retry_after_s: how long the store asked to be left alone, where it said so.
    """

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class StorePack:
    """A pack, decoded and checked.

    Arguments:
        id: from its topic.
        hash: 16 hex digits, of its decompressed body.
        records: sequence and record, rising.
        refused: its other sequences, which are kept as dead letters already.
        arrived_us: microseconds since 1970 UTC.
        topic_root: the root of its topic, for dead letters that the store itself has to write.
    """

    id: PackId
    hash: str
    records: tuple[tuple[int, Record], ...]
    refused: tuple[Range, ...]
    arrived_us: int
    topic_root: str = OPEN_ROOT


class Fate(Enum):
    """What became of a pack."""

    STORED = auto()
    DUPLICATE = auto()
    """The same range with the same hash was stored before."""
    CONFLICT = auto()
    """Any other overlap; nothing of it was written."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one pack.

    Arguments:
        fate: stored now, stored before, or in conflict with what is stored.
        refused: the sequences of this range that are kept as dead letters, as noted when it was first stored
            (the store may have refused some itself); for a conflict the whole range.
    """

    fate: Fate
    refused: tuple[Range, ...]


def conflict(pack: StorePack) -> Outcome:
    """The outcome of a pack that overlaps what is stored and is not the same."""
    return Outcome(Fate.CONFLICT, ((pack.id.first, pack.id.last),))


def draw_id() -> str:
    """16 random hex digits, the id of a store."""
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is durably here of one epoch: disjoint inclusive ranges, rising."""

    stored: tuple[Range, ...]
    refused: tuple[Range, ...]


@dataclass(frozen=True, slots=True)
class StoredReading:
    """A reading as it was measured, whose it is, and when it came (None where the store does not keep that)."""

    gateway: str
    reading: Reading
    arrived_us: int | None


@dataclass(frozen=True, slots=True)
class Query:
    """Which readings; a field that is None leaves them all.

    Arguments:
        gateway, sensor, quantity: exact names.
        from_us: inclusive, microseconds since 1970 UTC.
        to_us: exclusive.
    """

    gateway: str | None = None
    sensor: str | None = None
    quantity: str | None = None
    from_us: int | None = None
    to_us: int | None = None


class Store(Protocol):
    """A store of readings. `write` is called from one thread, everything else from any thread."""

    @property
    def id(self) -> str:
        """16 hex digits; another one whenever what is stored may be older than what was receipted."""
        ...

    def write(self, packs: Sequence[StorePack]) -> list[Outcome]:
        """Store a group of packs; everything is committed when it returns, one outcome for each pack in order.

        The same range may come twice in one group. A marker becomes a gap, never a reading.

        Raises:
            StoreUnavailable: nothing may be receipted; call again with the same group.
        """
        ...

    def kept(self, gateway: str, epoch: str, first: int, last: int) -> Kept:
        """What is committed of the sequences first to last of an epoch.

        Raises:
            StoreUnavailable: it cannot be told now.
        """
        ...

    def read(self, query: Query) -> Iterator[StoredReading]:
        """Yield the readings that were committed, by time, gateway, sensor and quantity, without holding them all.

        Of a group that is being written meanwhile, a store without transactions may show a part.

        Raises:
            StoreUnavailable: from the iterator, when the store cannot be read.
        """
        ...

    def arrivals(self) -> dict[tuple[str, str], int]:
        """For each (gateway, sensor) when its newest arrival was, microseconds since 1970; survives a restart."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
