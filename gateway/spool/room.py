"""How much room a spool has, and which of its files go when more is needed."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, Protocol

from gateway.spool.books import Books
from gateway.spool.disk import Disk
from gateway.spool.draft import GroupKind
from gateway.spool.errors import SpoolUnwritable
from gateway.spool.markers import SPOOL_FULL, TOO_OLD
from gateway.spool.receipts import ReceivedFile
from gateway.spool.reserve import RESERVE_BYTES, Reserve
from gateway.spool.segment import BAD_SUFFIX, Segment
from sensorhub.ranges import Range

SEGMENT_BYTES = 1024 * 1024

JOURNAL_SHARE = 16
"""One part in so many of the spool, a segment at least, is for seals, anchors, notes and markers only, half of it for
seals alone: without room for these a full spool could never be sent, so never be emptied."""

WhenFull = Literal["reject_new", "drop_oldest"]


@dataclass(frozen=True, slots=True)
class SpoolLimits:
    """How large a spool may grow.

    Arguments:
        bytes_max: the segments of all its epochs together; at least four segments. Seals may take one more: without
            them nothing could ever go.
        segment_bytes: a group that would reach beyond begins a new segment (default 1 MiB).
        when_full: `reject_new` (default) accepts no readings and edges until there is room again; `drop_oldest`
            drops the oldest records, with markers.
        age_max_s: what is older is dropped, with markers; by the gateway's own boot clocks, which count only while
            it runs, so never too early (default: no bound).
        reserve_bytes: taken beside the limit, for a full disk (default 8 MiB; 0: none).
    """

    bytes_max: int
    segment_bytes: int = SEGMENT_BYTES
    when_full: WhenFull = "reject_new"
    age_max_s: float | None = None
    reserve_bytes: int = RESERVE_BYTES

    def __post_init__(self) -> None:
        if self.segment_bytes < 1024 or self.bytes_max < 4 * self.segment_bytes:
            raise ValueError("a segment has at least 1 KiB, and a spool room for four of them")


class Elder(Protocol):
    """The spool of an older epoch on the same disk; what it holds goes first."""

    @property
    def used_bytes(self) -> int:
        """What it takes on the disk."""
        ...

    @property
    def freeable_bytes(self) -> int:
        """How much of that could be deleted at once."""
        ...

    def make_free(self, bytes_wanted: int) -> int:
        """Delete what is received; returns how many bytes that freed."""
        ...

    def drop_oldest(self, reason: str) -> int:
        """Give up its oldest records; returns how many bytes that freed, 0 where nothing may go."""
        ...


class Room:
    """The bytes of one epoch's folder, and of the older epochs' before it.

    Arguments:
        segments: in file order; the spool's own list, from which segments are taken here.
        noted: the file of receipts, made durable before a segment goes.
        reserve: of the whole disk.
        elders: older spools that drain, oldest first; they share the limits.
        mark: makes markers for dropped ranges durable, with a reason, and carries over what must outlive a segment.
    """

    def __init__(
        self,
        disk: Disk,
        epoch: str,
        limits: SpoolLimits,
        segments: list[Segment],
        books: Books,
        noted: ReceivedFile,
        *,
        reserve: Reserve,
        elders: Sequence[Elder],
        mark: Callable[[Segment, Sequence[Range], str], None],
    ) -> None:
        self._disk = disk
        self._epoch = epoch
        self._limits = limits
        self._segments = segments
        self._books = books
        self._noted = noted
        self._reserve = reserve
        self._elders = elders
        self._mark = mark
        self._aside: dict[str, int] = {}

    def give_up_reserve(self) -> None:
        """The disk is full, and what comes now makes room."""
        self._reserve.give_up()

    def alone(self) -> None:
        """Older epochs are no longer looked after here."""
        self._elders = ()

    def set_aside(self, names: list[str]) -> None:
        """Rename files that cannot be read. Call it when there are markers for what they held."""
        for name in names:
            self._disk.rename(self._epoch, name, name + BAD_SUFFIX)
        if names:
            self._disk.sync_folder(self._epoch)
        files = self._disk.files(self._epoch)
        self._aside = {name: size for name, size in sorted(files.items()) if name.endswith(BAD_SUFFIX)}

    @property
    def used_bytes(self) -> int:
        """What the segments take, those set aside and those of older epochs among them."""
        return sum(segment.disk_bytes for segment in self._segments) + self._beside

    @property
    def _beside(self) -> int:
        return sum(self._aside.values()) + sum(elder.used_bytes for elder in self._elders)

    @property
    def free_bytes(self) -> int:
        """What readings and edges may still take, by the limit or by the disk, whichever is nearer."""
        by_limit = self._limits.bytes_max - self._written - self._kept_for_others("records")
        return max(0, min(by_limit, self._disk.free_bytes() + self._unwritten))

    @property
    def _unwritten(self) -> int:
        """The room that the newest segment has taken and does not use yet."""
        return sum(segment.disk_bytes - segment.length for segment in self._segments[-1:])

    @property
    def freeable_bytes(self) -> int:
        """What is kept only as long as its room is not needed."""
        own = sum(segment.disk_bytes for segment in self._candidates() if self._is_free_to_go(segment))
        return own + sum(elder.freeable_bytes for elder in self._elders)

    def _is_free_to_go(self, segment: Segment) -> bool:
        return self._books.may_go(segment) and not self._is_named_for_others(segment)

    def over(self, bytes_needed: int, kind: GroupKind) -> int:
        """How many bytes must go before so many more are within the limit; 0 or less where they are."""
        newest = self._segments[-1] if self._segments else Segment("", 0)
        fits = newest.length + bytes_needed <= self._limits.segment_bytes
        head_bytes = 0 if fits else newest.head_bytes  # the next one has much the same
        return self._written + bytes_needed + head_bytes + self._kept_for_others(kind) - self._limits.bytes_max

    def _kept_for_others(self, kind: GroupKind) -> int:
        share = max(self._limits.bytes_max // JOURNAL_SHARE, self._limits.segment_bytes)
        return {"records": share, "journal": share // 2, "seals": -self._limits.segment_bytes}[kind]

    @property
    def _written(self) -> int:
        return sum(segment.length for segment in self._segments) + self._beside

    def next_segment_bytes(self) -> int:
        """How much room a new segment may take at once."""
        return max(0, min(self._limits.segment_bytes, self._limits.bytes_max - self._written))

    def make(self, bytes_needed: int, kind: GroupKind) -> bool:
        """Make room for so many more bytes by what the policy allows; whether there is room now.

        Raises:
            SpoolUnwritable: a marker for what would have to go could not be written.
        """
        if not (kind != "records" or self._is_spare(bytes_needed) or self._reserve.take() or self._frees()):
            return False
        while (over := self.over(bytes_needed, kind)) > 0:
            if not (self.free(over) or self._drop(SPOOL_FULL)):
                return False
        return True

    def _is_spare(self, bytes_needed: int) -> bool:
        # Room that is ours whatever happens to the disk; without the reserve some of it is kept for seals.
        return self._unwritten - bytes_needed >= self._limits.segment_bytes // JOURNAL_SHARE

    def _frees(self) -> bool:
        return bool(self.free(self._limits.segment_bytes) or self._drop(SPOOL_FULL))

    def rescue(self, kind: GroupKind) -> bool:
        """The disk is full, whatever the limit says: whether to try the same group once more.

        The reserve goes, so that deleting works and seals find room; then what is received, and the oldest where the
        policy says so.
        """
        self._reserve.give_up()
        return self._frees() or kind != "records"

    def _drop(self, reason: str) -> int:
        return self.drop_oldest(reason) if self._limits.when_full == "drop_oldest" else 0

    def expire(self) -> None:
        """Drop what is older than the limits say; received segments go without a word. Never raises."""
        age_max_s = self._limits.age_max_s
        if age_max_s is None:
            return
        with suppress(SpoolUnwritable):  # it is tried again with the next note
            for segment in self._candidates():
                if self._books.notes.age_s(segment) <= age_max_s or not self._give_up(segment, TOO_OLD):
                    break

    def free(self, bytes_wanted: int) -> int:
        """Delete received segments, oldest first, then files set aside, until so many bytes are free.

        Returns:
            How many bytes were freed; a disk that refuses to delete gives fewer.
        """
        freed = 0
        for elder in self._elders:
            if freed < bytes_wanted:
                freed += elder.make_free(bytes_wanted - freed)
        with suppress(OSError):
            for segment in self._candidates():
                if freed >= bytes_wanted:
                    break
                if self._is_free_to_go(segment):
                    freed += self._delete(segment)
            freed += self._free_beyond_a_restart(bytes_wanted - freed)
            for name in list(self._aside):
                if freed < bytes_wanted:
                    self._disk.remove(self._epoch, name)
                    freed += self._aside.pop(name)
            if freed:
                self._disk.sync_folder(self._epoch)
        return freed

    def _free_beyond_a_restart(self, bytes_wanted: int) -> int:
        # What is received may still be what a restart goes on from. Where nothing else makes room, an open interval
        # that would be partial after a restart costs less than readings that are refused until then.
        freed = 0
        with suppress(SpoolUnwritable):
            for segment in self._candidates():
                if freed >= bytes_wanted:
                    break
                if self._books.may_go(segment, restarting=False) and not self._is_named_for_others(segment):
                    self._mark(segment, (), "")
                    freed += self._delete(segment)
        return freed

    def drop_oldest(self, reason: str) -> int:
        """Give up the oldest segment, received or not; whole packs go, and markers say which records.

        Returns:
            How many bytes were freed, 0 where nothing may go.

        Raises:
            SpoolUnwritable: the markers could not be written, so nothing went.
        """
        for elder in self._elders:
            if freed := elder.drop_oldest(reason):
                return freed
        segment = next(iter(self._candidates()), None)
        return self._give_up(segment, reason) if segment else 0

    def _give_up(self, segment: Segment, reason: str) -> int:
        if segment.unsettled:
            return 0  # edges of an interval that is still open: no marker could say that they were lost
        self._mark(segment, self._books.lost_with(segment), reason)
        try:
            freed = self._delete(segment)
            self._disk.sync_folder(self._epoch)
        except OSError:
            return 0
        return freed

    def _delete(self, segment: Segment) -> int:
        self._noted.write(durable=True)  # or a power cut could bring back records whose seal is gone
        self._disk.remove(self._epoch, segment.name)
        self._segments.remove(segment)
        self._books.forget(segment)
        return segment.disk_bytes

    def _is_named_for_others(self, segment: Segment) -> bool:
        # Its marker tells a restart that records which still stand in another segment were dropped.
        return any(
            other is not segment and other.records.within(first, last)
            for first, last in segment.named
            for other in self._segments
        )

    def _candidates(self) -> list[Segment]:
        # The one that is appended to stays, and the last one with a record: it holds the highest sequence.
        highest = max((at for at, segment in enumerate(self._segments) if segment.records), default=0)
        return self._segments[: min(highest, len(self._segments) - 1)]
