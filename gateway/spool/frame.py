"""The outer layer of a segment: its header, and entries with their check sums. Format: docs/formats.md."""

import struct
from enum import IntEnum
from hashlib import sha256
from zlib import crc32

MAGIC = b"SXSPOOL\n"
VERSION = 1

_HEADER = struct.Struct("<8sHH32s8sQ")
_CRC = struct.Struct("<I")
HEADER_BYTES = _HEADER.size + _CRC.size

_LEAD = struct.Struct("<II")
_NAMED = struct.Struct("<BQ")
ENTRY_BYTES_MIN = _LEAD.size + _NAMED.size
_GROUP = struct.Struct("<QI")
_GROUP_LENGTH = _LEAD.pack(_NAMED.size + _GROUP.size, 0)[:4]
"""How the entry of a group begins; what resynchronisation looks for."""


class EntryType(IntEnum):
    """The type byte of an entry."""

    GROUP = 1
    BOOT = 2
    SENSOR = 3
    QUANTITY = 4
    READING = 5
    MARKER = 6
    EDGE = 7
    VEHICLE = 8  # reserved: no body is settled yet
    ANCHOR = 9
    SEAL = 10


DEFINING = (EntryType.BOOT, EntryType.SENSOR, EntryType.QUANTITY)
"""The types of dictionary entries."""


def encode_header(gateway: str, epoch: bytes, first: int) -> bytes:
    """The first 64 bytes of a segment, whose records begin at sequence `first`."""
    fields = _HEADER.pack(MAGIC, VERSION, 0, sha256(gateway.encode()).digest(), epoch, first)
    return fields + _CRC.pack(crc32(fields))


def header_is_whole(data: bytes) -> bool:
    """Whether `data` begins with a header whose check sum holds, whoever's it is."""
    return len(data) >= HEADER_BYTES and _CRC.unpack_from(data, _HEADER.size)[0] == crc32(data[: _HEADER.size])


def frame(epoch: bytes, kind: EntryType, sequence: int, body: bytes) -> bytes:
    """One entry: length, check sum, type, sequence, body."""
    content = _NAMED.pack(kind, sequence) + body
    return _LEAD.pack(len(content), crc32(epoch, crc32(content))) + content


def frame_group(epoch: bytes, commit: int, content: bytes) -> bytes:
    """A whole group: its own entry, then the entries in `content`."""
    return frame(epoch, EntryType.GROUP, 0, _GROUP.pack(commit, len(content))) + content


def entry_end(data: bytes, position: int, epoch: bytes) -> int:
    """Where the entry at `position` ends, or 0 where no whole entry stands there."""
    if position + ENTRY_BYTES_MIN > len(data):
        return 0
    length, check = _LEAD.unpack_from(data, position)
    begin = position + _LEAD.size
    end: int = begin + length
    if length < _NAMED.size or end > len(data):
        return 0
    return end if crc32(epoch, crc32(data[begin:end])) == check else 0


def entry_name(data: bytes, position: int) -> tuple[int, int]:
    """Type and sequence of the whole entry at `position`."""
    kind, sequence = _NAMED.unpack_from(data, position + _LEAD.size)
    return kind, sequence


def entry_body(data: bytes, position: int, end: int) -> bytes:
    """The body of the whole entry from `position` to `end`."""
    return data[position + ENTRY_BYTES_MIN : end]


def group_commit(data: bytes, position: int) -> int:
    """The commit number of the whole group entry at `position`."""
    commit: int = _GROUP.unpack_from(data, position + ENTRY_BYTES_MIN)[0]
    return commit


def entry_after(data: bytes, position: int, group: int, epoch: bytes) -> int:
    """Where to go on behind the bad entry at `position`: at its neighbour if that is whole, else at the next group."""
    after: int = position + _LEAD.size + _LEAD.unpack_from(data, position)[0]
    return after if after < group and entry_end(data, after, epoch) else group


def next_group(data: bytes, position: int, epoch: bytes, after_commit: int) -> int:
    """Where the next group from `position` on begins that can be trusted, or -1.

    Its own check sum and that of its first entry hold, and its commit number is above `after_commit`.
    """
    while (position := data.find(_GROUP_LENGTH, position)) >= 0:
        end = entry_end(data, position, epoch)
        if (
            end
            and data[position + _LEAD.size] == EntryType.GROUP
            and group_commit(data, position) > after_commit
            and entry_end(data, end, epoch)
        ):
            return position
        position += 1
    return -1
