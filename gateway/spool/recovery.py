"""Recovery: reads an epoch's folder after whatever happened to it, and never refuses to start because of content.

It may be cut by power at any point and is then done again: it removes only what was never accepted, and renames
what cannot be read only after the markers for it are durable (the spool does that).
"""

import contextlib
import struct
from dataclasses import dataclass, field
from uuid import UUID

from gateway.spool.books import Books
from gateway.spool.codec import RECORD_BYTES_MIN, decode_entry
from gateway.spool.dictionary import Dictionary
from gateway.spool.disk import ROOT, Disk
from gateway.spool.entries import Located, MarkerEntry, Seal
from gateway.spool.frame import (
    DEFINING,
    HEADER_BYTES,
    EntryType,
    encode_header,
    entry_body,
    entry_name,
    header_is_whole,
)
from gateway.spool.markers import dropped_range
from gateway.spool.receipts import read_received
from gateway.spool.segment import BAD_SUFFIX, SEGMENT_READ_BYTES_MAX, RecordIndex, Segment, parse_segment_name
from gateway.spool.survey import Survey, survey
from sensorhub.ranges import Range, RangeSet

_INDEX = struct.Struct("<H")
_COMMIT_MAX = 2**64


@dataclass(slots=True)
class Recovered:
    """What an epoch's folder holds.

    Arguments:
        segments: that can be read, in file order; the last one may be appended to where `resumable`.
        next: the next sequence to give.
        commit: the number of the next group.
        lost: numbers that were given out, cannot be read, and have no marker yet.
        may_have_sealed: kept records without a seal, where a seal may have been among what cannot be read.
        aside: files to set aside once there are markers for what they held.
        findings: sentences about what was found wrong.
    """

    books: Books = field(default_factory=Books)
    dictionary: Dictionary = field(default_factory=Dictionary)
    segments: list[Segment] = field(default_factory=list)
    resumable: bool = False
    next: int = 1
    commit: int = 1
    lost: list[Range] = field(default_factory=list)
    may_have_sealed: RangeSet = field(default_factory=RangeSet)
    aside: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _File:
    name: str
    first: int
    size_bytes: int
    data: bytes = b""
    found: Survey | None = None
    loaded: bool = False


class _Recovery:
    def __init__(self, disk: Disk, epoch: str, gateway: str, boot_id: UUID) -> None:
        self._disk = disk
        self._boot_id = boot_id
        self._epoch = epoch
        self._key = bytes.fromhex(epoch)
        self._gateway = gateway
        self._result = Recovered()
        self._named = RangeSet()
        self._newest: tuple[str, int, bytes] | None = None
        self._rot = False
        self._doubtful = 0

    def run(self) -> Recovered:
        books = self._result.books
        books.received = read_received(self._disk, self._epoch)
        for first, last in books.received:
            books.sealed.add(first, last)
            self._result.next = last + 1
        files = self._files()
        for at, file in enumerate(files):
            self._load(file)
            if file.found is None:
                self._set_aside(file, is_last=at == len(files) - 1)
            else:
                self._cut(file, file.found, files[at + 1 :])
                if file.found.rot:
                    self._define(files[at : at + 2])
                self._take(file, file.found, is_last=at == len(files) - 1)
            file.data, file.found = b"", None
        self._note_lost(files[0].first if files else 1)
        self._make_durable()
        return self._result

    def _make_durable(self) -> None:
        # A process that was killed may have left its last group and new names in the system's cache only, where a
        # failed sync may even have left what the medium refused. Its bytes are written again, for a sync alone might
        # not do it. All groups before it were durable before it was written.
        if self._newest is not None:
            name, offset, data = self._newest
            self._change(name, offset, data)
        self._disk.sync_folder(self._epoch)
        self._disk.sync_folder(ROOT)

    def _files(self) -> list[_File]:
        placed: list[tuple[tuple[int, int], _File]] = []
        for name, size in self._disk.files(self._epoch).items():
            if name.endswith(".tmp"):
                with contextlib.suppress(OSError):
                    self._disk.remove(self._epoch, name)
            elif (place := parse_segment_name(name)) is not None:
                placed.append((place, _File(name, place[0], size)))
        return [file for _, file in sorted(placed, key=lambda item: item[0])]

    def _load(self, file: _File) -> None:
        if file.loaded:
            return
        file.loaded = True
        try:
            file.data = self._disk.read(self._epoch, file.name, 0, SEGMENT_READ_BYTES_MAX)
        except OSError:
            return
        header = encode_header(self._gateway, self._key, file.first)
        if file.data[:HEADER_BYTES] == header:
            file.found = survey(file.data, self._key)
        elif not header_is_whole(file.data):
            found = survey(file.data, self._key)
            if found.groups:  # all that the header says is known: only the header is rot
                self._find(f"the header of {file.name} was damaged and has been written again")
                file.found = found
                self._change(file.name, 0, header)

    def _cut(self, file: _File, found: Survey, later: list[_File]) -> None:
        commit = _COMMIT_MAX
        for newer in later:
            self._load(newer)
            if newer.found is not None and newer.found.groups:
                commit = newer.found.groups[0].commit
                break
        if later:
            found.cut(file.data, commit, later[0].first)
        if found.tail or file.size_bytes > SEGMENT_READ_BYTES_MAX:
            self._find(f"{file.name} ended in a group that was never accepted, cut off at byte {found.end}")
            file.found = again = survey(file.data[: found.end], self._key)
            if again.end < found.end:  # rot in the last group that was accepted: what follows it is not found again
                again.rot[len(again.offsets)] = found.end - again.end
            self._change(file.name, again.end)
            file.size_bytes = again.end

    def _define(self, files: list[_File]) -> None:
        # Where the first entry of an index is rot, a later one says what it means, or the head of the next segment.
        for file in files:
            for offset, end in zip(file.found.offsets, file.found.ends, strict=True) if file.found else ():
                kind, sequence = entry_name(file.data, offset)
                if kind in DEFINING:
                    with contextlib.suppress(ValueError):
                        decode_entry(kind, sequence, entry_body(file.data, offset, end), self._result.dictionary)

    def _change(self, name: str, offset: int, data: bytes | None = None) -> None:
        # Durable before anything is appended, so that what is cut off can never come back.
        changed = self._disk.open(self._epoch, name)
        try:
            if data is None:
                changed.truncate(offset)
            else:
                changed.write(offset, data)
            changed.sync()
        finally:
            changed.close()

    def _set_aside(self, file: _File, *, is_last: bool) -> None:
        result = self._result
        result.aside.append(file.name)
        self._rot = True
        result.resumable = False
        self._find(f"{file.name} cannot be read and is kept as {file.name}{BAD_SUFFIX}")
        if is_last:
            # How many numbers it held is not known, so that many are passed over as its bytes can hold.
            held = max(0, min(file.size_bytes, SEGMENT_READ_BYTES_MAX) - HEADER_BYTES) // RECORD_BYTES_MIN
            result.next = max(result.next, file.first + held)

    def _take(self, file: _File, found: Survey, *, is_last: bool) -> None:
        result = self._result
        segment = Segment(file.name, file.first, found.end, index=RecordIndex() if is_last else None)
        segment.disk_bytes = file.size_bytes
        head = found.groups[0].at if found.groups else len(found.offsets)
        segment.head_bytes = found.offsets[head] if found.groups else found.end
        if found.groups and found.groups[-1].commit >= result.commit:
            newest = found.groups[-1]
            result.commit = newest.commit + 1
            self._newest = file.name, newest.offset, file.data[newest.offset : found.end]
        result.next = max(result.next, file.first)
        unread, damaged = 0, bool(found.rot)
        for at, (offset, end) in enumerate(zip(found.offsets, found.ends, strict=True)):
            unread += found.rot.get(at, 0)
            self._rot = self._rot or at in found.rot
            kind, sequence = entry_name(file.data, offset)
            body = entry_body(file.data, offset, end)
            try:
                located = decode_entry(kind, sequence, body, result.dictionary)
            except ValueError:
                unread += end - offset
                damaged = self._rot = True
                continue
            if kind in DEFINING:
                segment.defined[EntryType(kind), _INDEX.unpack_from(body)[0]] += 1
            if located is not None:
                if result.dictionary.boots[located.boot] == self._boot_id:
                    result.books.boot = located.boot
                if located.sequence:
                    unread = 0
                    self._doubt(located.sequence - 1)
                self._apply(located, offset, segment)
        self._rot = self._rot or len(found.offsets) in found.rot
        if damaged:
            self._find(f"{file.name} has entries that cannot be read")
        if is_last:  # how many numbers a stretch at the end held is not known
            result.next += unread // RECORD_BYTES_MIN
        result.segments.append(segment)
        result.resumable = is_last

    def _apply(self, located: Located, offset: int, segment: Segment) -> None:
        entry = located.entry
        if located.sequence:
            self._result.next = max(self._result.next, located.last + 1)
            if segment.index is not None:
                segment.index.add(located.sequence, offset)
        if isinstance(entry, Seal):
            self._result.next = max(self._result.next, entry.last + 1)
        if isinstance(entry, MarkerEntry) and (named := dropped_range(entry)) is not None:
            self._named.add(*named)
        self._result.books.apply(located, segment)

    def _doubt(self, last: int) -> None:
        # What cannot be read may have held seals, of records that stand before the next one.
        if self._rot:
            self._doubtful, self._rot = last, False

    def _note_lost(self, lowest: int) -> None:
        # A segment goes only after the receipts for all in it are durable, so a hole without receipts is a loss.
        books = self._result.books
        for first, last in self._named:
            books.drop(first, last)  # a cut may have come between the marker and the end of what it names
        books.release()
        self._doubt(self._result.next - 1)
        for first, last in books.unsealed():
            self._result.may_have_sealed.add(first, min(last, self._doubtful))
        holes = RangeSet(books.kept.missing(lowest, self._result.next - 1))
        for seal in list(books.open_seals.values()):
            if not books.kept.covers(*seal.range):  # part of a pack can never be sent: the pack is lost as a whole
                holes.add(*seal.range)
        for first, last in holes:
            books.drop(first, last)
        for first, last in books.dropped:
            self._result.lost += self._named.missing(first, last)

    def _find(self, what: str) -> None:
        self._result.findings.append(f"{self._epoch}: {what}.")


def recover(disk: Disk, epoch: str, gateway: str, boot_id: UUID) -> Recovered:
    """Read the folder of an epoch, cut torn tails off, and say what is lost.

    Arguments:
        boot_id: of the present boot, whose open intervals go on.
    """
    return _Recovery(disk, epoch, gateway, boot_id).run()
