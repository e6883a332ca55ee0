"""What the bytes of a segment hold: where whole entries stand, what is rot, and where the written part ends."""

from array import array
from dataclasses import dataclass, field
from typing import NamedTuple

from gateway.spool.frame import (
    HEADER_BYTES,
    EntryType,
    entry_after,
    entry_end,
    entry_name,
    group_commit,
    next_group,
)


class Group(NamedTuple):
    """A group: the index of its own entry among the entries, where it begins, and its commit number."""

    at: int
    offset: int
    commit: int


@dataclass(slots=True)
class Survey:
    """The entries of a segment by their check sums alone.

    Arguments:
        offsets: where each whole entry begins, in file order.
        ends: where it ends.
        groups: those of them that begin a group.
        rot: per index of an entry, how many bytes before it cannot be read; at the end those after the last one.
        end: end of the written part.
        tail: whether what follows is to be cut off: a torn group, or groups that were replaced.
    """

    offsets: "array[int]" = field(default_factory=lambda: array("I"))
    ends: "array[int]" = field(default_factory=lambda: array("I"))
    groups: list[Group] = field(default_factory=list)
    rot: dict[int, int] = field(default_factory=dict)
    end: int = HEADER_BYTES
    tail: bool = False

    def cut(self, data: bytes, commit: int, sequence: int) -> None:
        """Forget the groups that later segments replace.

        A group whose write failed may stand whole in the segment that was abandoned then. It was written again
        under the same commit number, or its numbers were given to others.

        Arguments:
            commit: the first commit number of the later segments.
            sequence: the first sequence of the next segment.
        """
        for number, group in enumerate(self.groups):
            if group.commit >= commit or self._reaches(data, group, sequence):
                at = group.at
                del self.offsets[at:], self.ends[at:], self.groups[number:]
                self.rot = {index: size for index, size in self.rot.items() if index < at}
                self.end, self.tail = group.offset, True
                return

    def _reaches(self, data: bytes, group: Group, sequence: int) -> bool:
        for offset in self.offsets[group.at :]:
            kind, first = entry_name(data, offset)
            if first:
                return first >= sequence
            if kind == EntryType.GROUP and offset != group.offset:
                break
        return False


def survey(data: bytes, epoch: bytes) -> Survey:
    """Walk a segment from behind its header on."""
    found = Survey()
    position, commit, rot = HEADER_BYTES, 0, 0
    while position < len(data):
        end = entry_end(data, position, epoch)
        if end:
            if entry_name(data, position)[0] == EntryType.GROUP:
                commit = group_commit(data, position)
                found.groups.append(Group(len(found.offsets), position, commit))
            if rot:
                found.rot[len(found.offsets)] = rot
                rot = 0
            found.offsets.append(position)
            found.ends.append(end)
            position = end
            continue
        if data.count(0, position) == len(data) - position:
            break
        later = next_group(data, position + 1, epoch, commit)
        if later < 0:
            found.tail = True
            break
        after = entry_after(data, position, later, epoch)
        rot += after - position
        position = after
    found.end = min(position, len(data))
    return found
