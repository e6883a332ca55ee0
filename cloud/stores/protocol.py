"""What a store of readings is: the values it takes and gives, and the promise it makes."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from sensorhub.errors import SensorHubError
from sensorhub.ranges import Range, RangeSet
from sensorhub.reading import Marker, Reading, Record
from sensorhub.topics import OPEN_ROOT, PackId

NEIGHBOURS_MAX = 1_000
"""A pack's records at most; a neighbour of a gap that is further away tells nothing of its time."""


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
    RENEWED = auto()
    """It was stored before and wanted again (see `Store.want`): now it is written anew."""
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
class NotedMarker:
    """A marker as it is stored: its sequence, itself, and when it came (microseconds since 1970 UTC)."""

    sequence: int
    marker: Marker
    arrived_us: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Records of one epoch that are wanted again: an inclusive range of sequences."""

    gateway: str
    epoch: str
    first: int
    last: int


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
    """A store of readings.

    `write` and `forget_hashes` are called from one thread, everything else from any thread. Where nothing else is
    said, every method may raise StoreUnavailable: it cannot be done or told now.
    """

    @property
    def id(self) -> str:
        """16 hex digits; another one whenever what is stored may be older than what was receipted: at every start,
        and with `want`. Who answers a gateway reads it before it reads what is kept. Never raises."""
        ...

    def write(self, packs: Sequence[StorePack]) -> list[Outcome]:
        """Store a group of packs; everything is committed when it returns, one outcome for each pack in order.

        The same range may come twice in one group. A marker becomes a gap, never a reading. What is wanted again is
        written anew, once, under its first time of arrival, and is wanted no more; a pack of which all is wanted may
        have other bounds then than what is stored, since a card may still hold a part of an older pack only.

        Raises:
            StoreUnavailable: nothing may be receipted; call again with the same group.
        """
        ...

    def kept(self, gateway: str, epoch: str, first: int, last: int) -> Kept:
        """What is committed of the sequences first to last of an epoch, less what is wanted again."""
        ...

    def here(self, gateway: str, epoch: str) -> RangeSet:
        """All sequences of an epoch that are stored or kept as dead letters, wanted again or not."""
        ...

    def marked(self) -> list[tuple[str, str]]:
        """Every (gateway, epoch) that has markers."""
        ...

    def markers(self, gateway: str, epoch: str) -> list[NotedMarker]:
        """The markers of an epoch, by sequence."""
        ...

    def around(self, gateway: str, epoch: str, first: int, last: int) -> tuple[int | None, int | None]:
        """The times (microseconds since 1970 UTC) of the nearest readings stored before `first` and after `last`; None
        where there is none within NEIGHBOURS_MAX sequences."""
        ...

    def forget_hashes(self, before_us: int, ranges_max: int) -> int:
        """Forget the hashes of ranges that arrived before `before_us`, and merge them with neighbours without one.

        A pack that comes again wholly inside such a range counts as a duplicate then, whatever it holds.

        Arguments:
            before_us: microseconds since 1970 UTC.
            ranges_max: how many to do in this call.

        Returns:
            How many hashes were forgotten; fewer than `ranges_max`: none are left.
        """
        ...

    def want(self, since_us: int, gateway: str | None = None) -> None:
        """Want all ranges again that arrived at or after `since_us`, of one gateway or of all; draws a new id.

        Nothing is deleted: each record stays until its repeat is written in its place.
        """
        ...

    def wanted(self) -> list[Wanted]:
        """What is wanted again and has not come, by gateway, epoch and sequence."""
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
