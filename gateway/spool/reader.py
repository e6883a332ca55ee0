"""Reads what a spool holds: all of it in file order, or some records by their numbers."""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Sequence

from gateway.spool.codec import decode_entry
from gateway.spool.dictionary import Dictionary
from gateway.spool.disk import Disk
from gateway.spool.entries import Located
from gateway.spool.errors import SpoolUnreadable
from gateway.spool.frame import DEFINING, entry_body, entry_end, entry_name
from gateway.spool.segment import RecordIndex, Segment
from gateway.spool.survey import survey

INDEXED_SEGMENTS_MAX = 2
"""Closed segments whose index stays in memory: the one of the live lane and the one of the backlog. An index of a
1 MiB segment takes up to 300 kB."""


class Reader:
    """Reads the durable part of segments; whatever was not accepted is behind their length and never seen.

    Arguments:
        segments: in file order; the spool's own list, which grows and shrinks.
        dictionary: the spool's own.
    """

    def __init__(self, disk: Disk, epoch: str, segments: Sequence[Segment], dictionary: Dictionary) -> None:
        self._disk = disk
        self._epoch = epoch
        self._key = bytes.fromhex(epoch)
        self._segments = segments
        self._dictionary = dictionary
        self._indexed: deque[Segment] = deque()

    def scan(self, from_sequence: int) -> Iterator[Located]:
        """Entries in file order, from the segment on that holds `from_sequence`; dictionary entries are left out.

        What cannot be read is left out too: recovery has put a marker in its place.
        """
        dictionary = self._dictionary.copy()
        start = max(0, bisect_right(self._segments, from_sequence, key=lambda segment: segment.first) - 1)
        for segment in list(self._segments[start:]):
            data = self._read(segment, 0, segment.length)
            found = survey(data, self._key)
            in_head = True
            for offset, end in zip(found.offsets, found.ends, strict=True):
                kind, sequence = entry_name(data, offset)
                in_head = in_head and kind in DEFINING  # rot may have taken the entry of the first group
                try:
                    located = decode_entry(kind, sequence, entry_body(data, offset, end), dictionary)
                except ValueError:
                    continue
                if located is not None and not in_head and not 0 < located.last < from_sequence:
                    yield located

    def records(self, first: int, last: int) -> list[Located]:
        """The numbered entries that overlap first to last, rising.

        Raises:
            SpoolUnreadable: one of them went bad since the spool was opened.
        """
        found: list[Located] = []
        start = max(0, bisect_right(self._segments, first, key=lambda segment: segment.first) - 1)
        for segment in self._segments[start:]:
            if segment.first > last:
                break
            offsets = self._index(segment).holding(first, last)
            if not offsets:
                continue
            data = self._read(segment, offsets[0], segment.length - offsets[0])
            for offset in offsets:
                located = self._decode(segment, data, offset - offsets[0])
                if located.last >= first:
                    found.append(located)
        return found

    def _decode(self, segment: Segment, data: bytes, at: int) -> Located:
        end = entry_end(data, at, self._key)
        located = None
        if end:
            kind, sequence = entry_name(data, at)
            located = decode_entry(kind, sequence, entry_body(data, at, end), self._dictionary)
        if located is None:
            raise SpoolUnreadable(
                f"A record in {self._epoch}/{segment.name} cannot be read any more. Start the gateway again: it "
                "then puts a marker in the place of what is lost. Change the card soon."
            )
        return located

    def is_whole(self, segment: Segment) -> bool:
        """Whether a segment, read from the medium now, holds nothing but whole entries."""
        try:
            self._disk.forget_cached(self._epoch, segment.name)
            found = survey(self._read(segment, 0, segment.length), self._key)
        except (OSError, SpoolUnreadable):
            return False
        return found.end == segment.length and not found.tail and not found.rot

    def whole(self, first: int, last: int) -> bool:
        """Whether first to last begins and ends where entries do, so that no reading is split."""
        return self._begins(first) and self._begins(last + 1)

    def _begins(self, sequence: int) -> bool:
        at = bisect_right(self._segments, sequence, key=lambda segment: segment.first) - 1
        segment = self._segments[max(0, at)]
        return sequence not in segment.records or self._index(segment).begins(sequence)

    def _index(self, segment: Segment) -> RecordIndex:
        index = segment.index
        if index is None:
            index = segment.index = self._build(segment)
            if segment in self._indexed:  # the writer took its index away meanwhile
                self._indexed.remove(segment)
            self._indexed.append(segment)
            if len(self._indexed) > INDEXED_SEGMENTS_MAX:
                self._indexed.popleft().index = None
        return index

    def _build(self, segment: Segment) -> RecordIndex:
        data = self._read(segment, 0, segment.length)
        index = RecordIndex()
        for offset in survey(data, self._key).offsets:
            sequence = entry_name(data, offset)[1]
            if sequence in segment.records:
                index.add(sequence, offset)
        return index

    def _read(self, segment: Segment, offset: int, length: int) -> bytes:
        try:
            return self._disk.read(self._epoch, segment.name, offset, length)
        except OSError as error:
            raise SpoolUnreadable(
                f"{self._epoch}/{segment.name} cannot be read: {error.strerror}. Check the card and start again."
            ) from error
