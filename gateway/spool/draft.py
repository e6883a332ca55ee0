"""A group before it is written: entries checked and encoded, numbers given, the dictionary entries they need."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from gateway.spool.codec import encode_boot, encode_definition, encode_entry
from gateway.spool.dictionary import Dictionary, Token
from gateway.spool.entries import Anchor, BootNote, Edge, Entry, Located, ReadingEntry, Seal
from gateway.spool.frame import EntryType, frame, frame_group
from gateway.spool.segment import Segment
from sensorhub.topics import SEQUENCE_MAX

GROUP_BYTES_MAX = 4 * 1024 * 1024
"""One append is one write: what is larger is no commit of 200 ms but a mistake."""

GroupKind = Literal["records", "journal", "seals"]
"""Readings and edges; anchors, notes and markers; seals, without which nothing can be sent and so nothing go."""

DEFINED_TIMES = 2
"""Each dictionary entry is written at the head, or in the first group that needs it, and once more in the next group
that does: without it nothing that names its index could be read, so one damaged sector must not take both."""

DEFINITION_BYTES_MAX = {EntryType.BOOT: 51, EntryType.SENSOR: 129, EntryType.QUANTITY: 68}
"""No dictionary entry takes more: names of 48 characters, and what stands around them."""

_GROUP_ENTRY_BYTES = len(frame_group(bytes(8), 0, b""))


@dataclass(frozen=True, slots=True)
class Draft:
    """What one append writes, whichever segment it goes to.

    Arguments:
        located: the entries with their numbers.
        frames: each of them encoded.
        needs: dictionary entries that must stand before them in their segment.
        begins: the sequence that the spool was to give next when it was made.
        next: the sequence after the last one given.
    """

    located: tuple[Located, ...]
    frames: tuple[bytes, ...]
    needs: tuple[Token, ...]
    begins: int
    next: int

    @property
    def first(self) -> int:
        """The first sequence given, 0 where none was."""
        return next((located.sequence for located in self.located if located.sequence), 0)

    @property
    def bytes(self) -> int:
        """What it takes in a segment, but for dictionary entries."""
        return _GROUP_ENTRY_BYTES + sum(map(len, self.frames))

    @property
    def bytes_max(self) -> int:
        """The same with all the dictionary entries that it may need."""
        return self.bytes + sum(DEFINITION_BYTES_MAX[kind] for kind, _ in self.needs)

    @property
    def kind(self) -> GroupKind:
        """What of its entries is the least that must find room in a spool that is full."""
        if any(isinstance(located.entry, ReadingEntry | Edge) for located in self.located):
            return "records"
        return "seals" if any(isinstance(located.entry, Seal) for located in self.located) else "journal"


def draft_group(
    entries: Sequence[Entry],
    *,
    epoch: bytes,
    boot: int,
    next_sequence: int,
    dictionary: Dictionary,
) -> Draft:
    """Check, number and encode the entries of one append.

    Raises:
        ValueError: one of them cannot be written; nothing was given a number.
    """
    located: list[Located] = []
    frames: list[bytes] = []
    needs: dict[Token, None] = {}
    noted: set[Token] = set()
    begins = next_sequence
    for entry in entries:
        of_boot = _boot_of(entry, boot)
        if of_boot not in dictionary.boots:
            raise ValueError(f"{entry!r} names the boot {of_boot}, which this spool does not know")
        if isinstance(entry, BootNote):
            kind, body = EntryType.BOOT, encode_boot(of_boot, dictionary.boots[of_boot], entry)
            put = Located(0, of_boot, entry)
            noted.add((EntryType.BOOT, of_boot))
        else:
            kind, body, tokens = encode_entry(entry, of_boot, dictionary)
            needs.update(dict.fromkeys(tokens if not noted else [token for token in tokens if token not in noted]))
            put = _located(entry, of_boot, next_sequence, dictionary)
        frames.append(frame(epoch, kind, put.sequence, body))
        located.append(put)
        next_sequence += put.count
    if next_sequence > SEQUENCE_MAX + 1:
        raise ValueError("the sequence has reached 2^53: begin a new spool folder")
    if sum(map(len, frames)) > GROUP_BYTES_MAX:
        raise ValueError(f"one append takes at most {GROUP_BYTES_MAX:,} bytes: split it")
    return Draft(tuple(located), tuple(frames), tuple(needs), begins, next_sequence)


def _boot_of(entry: Entry, boot: int) -> int:
    if isinstance(entry, Seal):
        return entry.boot
    if isinstance(entry, ReadingEntry | Anchor) and entry.boot is not None:
        return entry.boot
    return boot


def _located(entry: Entry, boot: int, sequence: int, dictionary: Dictionary) -> Located:
    if isinstance(entry, ReadingEntry | Anchor) and entry.boot is not None:
        entry = replace(entry, boot=None)
    if isinstance(entry, ReadingEntry):
        return Located(sequence, boot, entry, dictionary.sensor(entry.sensor))
    if isinstance(entry, Edge):
        return Located(0, boot, entry, dictionary.sensor(entry.sensor))
    put = Located(sequence, boot, entry)
    return put if put.count else replace(put, sequence=0)


@dataclass(frozen=True, slots=True)
class Written:
    """A group as bytes for one segment: where in it each entry stands, and what it adds to the dictionary."""

    data: bytes
    offsets: tuple[int, ...]
    defines: tuple[Token, ...]


def write_out(
    draft: Draft,
    segment: Segment,
    *,
    epoch: bytes,
    commit: int,
    dictionary: Dictionary,
    notes: Mapping[int, BootNote],
) -> Written:
    """The bytes of a group at the end of `segment`."""
    new = [token for token in draft.needs if segment.defined[token] < DEFINED_TIMES]
    head = definitions(new, epoch=epoch, dictionary=dictionary, notes=notes)
    at = segment.length + _GROUP_ENTRY_BYTES + len(head)
    offsets = []
    for encoded in draft.frames:
        offsets.append(at)
        at += len(encoded)
    boots = [(EntryType.BOOT, located.boot) for located in draft.located if isinstance(located.entry, BootNote)]
    data = frame_group(epoch, commit, head + b"".join(draft.frames))
    return Written(data, tuple(offsets), (*new, *boots))


def definitions(
    tokens: Sequence[Token], *, epoch: bytes, dictionary: Dictionary, notes: Mapping[int, BootNote]
) -> bytes:
    """Dictionary entries, encoded."""
    return b"".join(frame(epoch, token[0], 0, encode_definition(token, dictionary, notes)) for token in tokens)
