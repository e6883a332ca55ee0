"""One segment file: what the spool knows of it, its place in the folder, and the index of its records."""

import re
from array import array
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field

from gateway.spool.dictionary import Token
from sensorhub.ranges import RangeSet

_NAME = re.compile(r"(\d{12,16})(?:-(\d{1,6}))?\.seg\Z", re.ASCII)
BAD_SUFFIX = ".bad"

SEGMENT_READ_BYTES_MAX = 16 * 1024 * 1024
"""No segment grows so large (1 MiB and one group, 4 MiB at most); a file that claims more is damaged."""


def segment_name(first: int, turn: int) -> str:
    """The file name of the segment that begins at sequence `first`.

    Arguments:
        turn: 0, or above where segments before it began at the same sequence: they hold journal entries only, or
            were abandoned.
    """
    return f"{first:012d}-{turn}.seg" if turn else f"{first:012d}.seg"


def parse_segment_name(name: str) -> tuple[int, int] | None:
    """First sequence and turn of a segment's file name; None where it is none. Their order is the file order."""
    match = _NAME.match(name)
    return (int(match[1]), int(match[2] or 0)) if match else None


@dataclass(slots=True)
class RecordIndex:
    """Where the records of a segment stand: first sequences, rising, and offsets."""

    sequences: "array[int]" = field(default_factory=lambda: array("Q"))
    offsets: "array[int]" = field(default_factory=lambda: array("I"))

    def add(self, sequence: int, offset: int) -> None:
        """Note the next record entry."""
        self.sequences.append(sequence)
        self.offsets.append(offset)

    def holding(self, first: int, last: int) -> "array[int]":
        """Offsets of the entries that may hold sequences first to last."""
        low = max(0, bisect_right(self.sequences, first) - 1)
        return self.offsets[low : bisect_right(self.sequences, last)]

    def begins(self, sequence: int) -> bool:
        """Whether an entry begins with this sequence."""
        at = bisect_right(self.sequences, sequence) - 1
        return at >= 0 and self.sequences[at] == sequence


@dataclass(slots=True, eq=False)
class Segment:
    """What is known of one segment.

    Arguments:
        name: of the file.
        first: sequence from which its records count.
        length: bytes that are written and durable; what may follow in the file was never accepted.
        head_bytes: length of its header and the dictionary at its head.
        records: sequences in it.
        disk_bytes: what its file takes, with the room that was allocated and is not written yet.
        newest: boot and boot clock (ns) of its newest entry.
        named: sequences that its markers say are dropped.
        after: older segments with edges of which this one has the reading: without it a restart would make it again.
        gone: whether it has been deleted.
        needs: sequences that must be received before it may go: its records, those of its seals, and the
            readings made of its edges.
        unsettled: per boot and sensor, the newest edge whose reading has not been appended yet, ns.
        defined: how often each dictionary entry stands in it.
        index: of its records; None until wanted, always there for the segment that is appended to.
    """

    name: str
    first: int
    length: int = 0
    head_bytes: int = 0
    disk_bytes: int = 0
    newest: tuple[int, int] | None = None
    named: RangeSet = field(default_factory=RangeSet)
    after: "set[Segment]" = field(default_factory=set)
    gone: bool = False
    records: RangeSet = field(default_factory=RangeSet)
    needs: RangeSet = field(default_factory=RangeSet)
    unsettled: dict[tuple[int, str], int] = field(default_factory=dict)
    defined: Counter[Token] = field(default_factory=Counter)
    index: RecordIndex | None = None
