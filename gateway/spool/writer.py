"""Writes groups to the newest segment, and begins a new segment when it is full or has failed."""

import contextlib
from collections import Counter
from collections.abc import Callable

from gateway.spool.books import Books
from gateway.spool.dictionary import Dictionary, Token
from gateway.spool.disk import Disk, SpoolFile, write_whole
from gateway.spool.draft import Draft, Written, definitions, write_out
from gateway.spool.errors import SpoolUnwritable
from gateway.spool.frame import EntryType, encode_header
from gateway.spool.segment import BAD_SUFFIX, RecordIndex, Segment, parse_segment_name, segment_name


class Writer:
    """The one place where groups become durable.

    Arguments:
        gateway, epoch: whose spool it is.
        segments: in file order; the spool's own list, which is appended to here.
        segment_bytes: a group that would reach beyond begins a new segment.
        commit: number of the next group.
        at_work: ids of the sensors that a new segment should know.
        ended: told of a segment that is full, when it has been closed.
        room_bytes: how much room the next segment may take at once.
    """

    def __init__(
        self,
        disk: Disk,
        gateway: str,
        epoch: str,
        *,
        segments: list[Segment],
        books: Books,
        dictionary: Dictionary,
        segment_bytes: int,
        commit: int,
        at_work: Callable[[], list[str]],
        ended: Callable[[Segment], None],
        room_bytes: Callable[[], int],
    ) -> None:
        self._disk = disk
        self._gateway = gateway
        self._epoch = epoch
        self._key = bytes.fromhex(epoch)
        self._segments = segments
        self._books = books
        self._dictionary = dictionary
        self._segment_bytes = segment_bytes
        self._commit = commit
        self._at_work = at_work
        self._ended = ended
        self._room_bytes = room_bytes
        self._file: SpoolFile | None = None

    def resume(self, segment: Segment) -> None:
        """Go on in the newest segment, which recovery has cut to its whole entries."""
        self._file = self._disk.open(self._epoch, segment.name)
        wanted = min(self._segment_bytes, segment.length + self._room_bytes())
        if segment.disk_bytes < wanted:
            with contextlib.suppress(OSError):  # then room is found, or not, with each group
                self._file.allocate(wanted)
                segment.disk_bytes = wanted

    def write(self, draft: Draft, first: int) -> Segment:
        """Make a group durable, in the newest segment or in a new one that begins at sequence `first`.

        A segment on which a write or sync failed is never touched again: the system may call a second sync a
        success though the data are gone. The group is then written to a new segment, from memory and under the
        same commit number, which tells a reader that it replaces what the failed one may hold.

        Raises:
            SpoolUnwritable: the new segment failed too; nothing of the group was accepted.
        """
        try:
            return self._put(draft, first)
        except OSError:
            self._abandon()
        try:
            return self._put(draft, first)
        except OSError as error:
            self._abandon()
            raise SpoolUnwritable(
                f"The spool of {self._gateway} cannot be written: {error.strerror}. What is measured now is not kept: "
                "check the card and its file system."
            ) from error

    def _put(self, draft: Draft, first: int) -> Segment:
        segment = self._segments[-1] if self._file is not None else self._begin(first)
        group = self._group(draft, segment)
        if segment.length + len(group.data) > self._segment_bytes and self._has_groups(segment):
            segment = self._begin(first)
            group = self._group(draft, segment)
        assert self._file is not None
        assert segment.index is not None
        self._file.write(segment.length, group.data)
        self._file.sync()
        segment.length += len(group.data)
        segment.disk_bytes = max(segment.disk_bytes, segment.length)
        segment.defined.update(group.defines)
        for located, offset in zip(draft.located, group.offsets, strict=True):
            if located.sequence:
                segment.index.add(located.sequence, offset)
        self._commit += 1
        return segment

    def _has_groups(self, segment: Segment) -> bool:
        return segment.length > segment.head_bytes

    def _group(self, draft: Draft, segment: Segment) -> Written:
        return write_out(
            draft,
            segment,
            epoch=self._key,
            commit=self._commit,
            dictionary=self._dictionary,
            notes=self._books.notes,
        )

    def _begin(self, first: int) -> Segment:
        # Under another name until its head is durable, so that a segment with a bad head is always rot.
        self.end()
        files = self._disk.files(self._epoch)
        taken = [place for name in files if (place := parse_segment_name(name.removesuffix(BAD_SUFFIX)))]
        turn = 1 + max((turn for at, turn in taken if at == first), default=-1)
        name = segment_name(first, turn)
        tokens = self._head_tokens()
        head = encode_header(self._gateway, self._key, first)
        head += definitions(tokens, epoch=self._key, dictionary=self._dictionary, notes=self._books.notes)
        allocate_bytes = max(self._room_bytes(), len(head))
        write_whole(self._disk, self._epoch, name, head, durable=True, allocate_bytes=allocate_bytes)
        segment = Segment(name, first, len(head), len(head), defined=Counter(tokens), index=RecordIndex())
        segment.disk_bytes = allocate_bytes
        self._file = self._disk.open(self._epoch, name)
        if self._segments:
            self._segments[-1].index = None
        self._segments.append(segment)
        return segment

    def end(self) -> None:
        """Close the newest segment for good: the rest of its room goes back; what it holds is durable already."""
        if self._file is not None:
            segment = self._segments[-1]
            with contextlib.suppress(OSError):
                self._file.truncate(segment.length)
                segment.disk_bytes = segment.length
            self.close()
            self._ended(segment)

    def _head_tokens(self) -> list[Token]:
        tokens: list[Token] = [(EntryType.BOOT, boot) for boot in self._books.boots_at_work()]
        tokens += self._dictionary.newest_sensors(self._at_work())
        return tokens + [(EntryType.QUANTITY, index) for index in self._dictionary.quantities]

    def _abandon(self) -> None:
        # Only to spare space; the commit number keeps what stays behind from being read.
        file, self._file = self._file, None
        if file is None:
            return
        segment = self._segments[-1]
        with contextlib.suppress(OSError):
            file.truncate(segment.length)
            segment.disk_bytes = segment.length
        with contextlib.suppress(OSError):
            file.close()
        if not self._has_groups(segment):
            with contextlib.suppress(OSError):
                self._disk.remove(self._epoch, segment.name)
                self._segments.remove(segment)

    def close(self) -> None:
        """Let go of the newest segment; the next group begins a new one."""
        file, self._file = self._file, None
        if file is not None:
            with contextlib.suppress(OSError):
                file.close()
