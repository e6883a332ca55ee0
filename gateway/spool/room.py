"""How much room a spool has, and which of its files may go when more is needed."""

from contextlib import suppress
from dataclasses import dataclass

from gateway.spool.books import Books
from gateway.spool.disk import Disk
from gateway.spool.receipts import ReceivedFile
from gateway.spool.segment import BAD_SUFFIX, Segment

SEGMENT_BYTES = 1024 * 1024

JOURNAL_SHARE = 16
"""One part in so many of the spool is for seals, anchors and notes only: without room for seals a spool full of
readings could never be sent, so never be emptied."""


@dataclass(frozen=True, slots=True)
class SpoolLimits:
    """How large a spool may grow.

    Arguments:
        bytes_max: all its files together; at least four segments.
        segment_bytes: a group that would reach beyond begins a new segment (default 1 MiB).
    """

    bytes_max: int
    segment_bytes: int = SEGMENT_BYTES

    def __post_init__(self) -> None:
        if self.segment_bytes < 1024 or self.bytes_max < 4 * self.segment_bytes:
            raise ValueError("a segment has at least 1 KiB, and a spool room for four of them")


class Room:
    """The bytes of one epoch's folder.

    Arguments:
        segments: in file order; the spool's own list, from which segments are taken here.
        noted: the file of receipts, made durable before a segment goes.
    """

    def __init__(
        self, disk: Disk, epoch: str, limits: SpoolLimits, segments: list[Segment], books: Books, noted: ReceivedFile
    ) -> None:
        self._disk = disk
        self._epoch = epoch
        self._limits = limits
        self._segments = segments
        self._books = books
        self._noted = noted
        self._aside: dict[str, int] = {}

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
        """What the segments take, those set aside among them."""
        return sum(segment.length for segment in self._segments) + sum(self._aside.values())

    @property
    def free_bytes(self) -> int:
        """What may still be written, by the limit or by the disk, whichever is nearer."""
        return min(max(0, self._limits.bytes_max - self.used_bytes), self._disk.free_bytes())

    def over(self, bytes_needed: int, *, journal: bool) -> int:
        """How many bytes must go before so many more are within the limit; 0 or less where they are.

        Arguments:
            journal: whether they may take the share kept for seals, anchors and notes.
        """
        limit = self._limits.bytes_max
        return self.used_bytes + bytes_needed - (limit if journal else limit - limit // JOURNAL_SHARE)

    def free(self, bytes_wanted: int) -> int:
        """Delete received segments, oldest first, then files set aside, until so many bytes are free.

        Returns:
            How many bytes were freed; a disk that refuses to delete gives fewer.
        """
        freed = 0
        with suppress(OSError):
            for segment in self._candidates():
                if freed >= bytes_wanted:
                    break
                if self._books.may_go(segment):
                    self._noted.write(durable=True)  # or a power cut could bring back records whose seal is gone
                    self._disk.remove(self._epoch, segment.name)
                    self._segments.remove(segment)
                    self._books.forget(segment)
                    freed += segment.length
            for name in list(self._aside):
                if freed < bytes_wanted:
                    self._disk.remove(self._epoch, name)
                    freed += self._aside.pop(name)
            if freed:
                self._disk.sync_folder(self._epoch)
        return freed

    def _candidates(self) -> list[Segment]:
        # The one that is appended to stays, and the last one with a record: it holds the highest sequence.
        highest = max((at for at, segment in enumerate(self._segments) if segment.records), default=0)
        return self._segments[: min(highest, len(self._segments) - 1)]
