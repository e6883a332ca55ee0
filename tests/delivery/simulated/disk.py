"""The card of a simulated gateway: a disk in memory that fills, refuses, rots and, where it is told to, lies."""

import errno
import random
from collections.abc import Callable

from gateway.spool.segment import parse_segment_name
from tests.gateway.spool.memory_disk import Folder, Inode, MemoryDisk, MemoryFile, Names


class CardFile(MemoryFile):
    """A file of a card."""

    def __init__(self, disk: "Card", inode: Inode) -> None:
        super().__init__(disk, inode)
        self._card = disk

    def write(self, offset: int, data: bytes) -> None:
        room = self._card.room_for(self._inode, offset + len(data))
        if room < offset + len(data):
            part = data[: max(0, room - offset)]
            super().write(offset, part)
            self._card.failed.add(self._inode)
            raise OSError(errno.ENOSPC, "No space left on device")
        try:
            super().write(offset, data)
        except OSError:
            self._card.failed.add(self._inode)
            raise

    def allocate(self, length: int) -> None:
        if self._card.room_for(self._inode, length) < length:
            raise OSError(errno.ENOSPC, "No space left on device")
        super().allocate(length)

    def sync(self) -> None:
        if self._card.lies:
            self._card.step("sync")
            return
        try:
            super().sync()
        except OSError:
            self._card.failed.add(self._inode)
            raise


class Card(MemoryDisk):
    """A card.

    Arguments:
        chance: of the world: what a power cut leaves, which calls fail.
        unordered: whether changes of names reach the medium in any order; else in their own, as with a journal.
    Beside that it has `removing`, which is told of a folder before a file of it is removed.
    """

    def __init__(self, chance: random.Random, root: Folder | None = None, *, unordered: bool = False) -> None:
        super().__init__(root=root)
        self.chance = chance
        self.capacity_bytes: int | None = None
        self.taken_bytes = 0
        self.error_rate = 0.0
        self.lies = False
        self.unlinked_rate = 0.0
        self.unordered = unordered
        self.removals = 0
        self.removing: Callable[[str], None] = lambda folder: None
        self.rotten: list[str] = []
        self.failed: set[Inode] = set()

    def _like(self, root: Folder) -> "Card":
        card = Card(self.chance, root, unordered=self.unordered)
        card.capacity_bytes, card.taken_bytes = self.capacity_bytes, self.taken_bytes
        card.error_rate, card.lies = self.error_rate, self.lies
        card.unlinked_rate = self.unlinked_rate
        card.rotten = self.rotten
        return card

    def after_cut(self) -> "Card":
        """The same card in a machine that was switched off and on again."""
        return self._like(self._without_order(self.root) if self.unordered else self.root.after_cut(self.chance))

    def _without_order(self, folder: Folder) -> Folder:
        # Each name for itself is as it was at some time since it was synced, as without a journal of the file system.
        left: Names = {}
        for name in sorted({name for names in (folder.durable, *folder.pending) for name in names}):
            item = self.chance.choice([folder.durable, *folder.pending]).get(name)
            if item is not None:
                left[name] = self._without_order(item) if isinstance(item, Folder) else item.after_cut(self.chance)
        return Folder(left, dict(left))

    def image(self) -> "Card":
        """A copy of it, made while its machine is off."""
        return self._like(_copy(self.root))

    def step(self, call: str) -> None:
        if call == "sync_folder" and self.unlinked_rate and self.calls[-1:] == ["remove"]:
            self.off = self.off or self.chance.random() < self.unlinked_rate
        super().step(call)
        if self.error_rate and self.chance.random() < self.error_rate and call in {"write", "sync", "create"}:
            raise OSError(errno.EIO, "Input/output error")

    def room_for(self, inode: Inode, wanted: int) -> int:
        """How long a file may become, at most `wanted`."""
        if self.capacity_bytes is None:
            return wanted
        have = len(inode.data)
        return min(wanted, have + max(0, self.free_bytes()))

    def free_bytes(self) -> int:
        if self.capacity_bytes is None:
            return 1 << 40
        return self.capacity_bytes - self.taken_bytes - self.used_bytes()

    def used_bytes(self) -> int:
        """What its files take."""
        return _size(self.root)

    def create(self, folder: str, name: str) -> CardFile:
        super().create(folder, name)
        return CardFile(self, self._inode(folder, name))

    def open(self, folder: str, name: str) -> CardFile:
        return CardFile(self, self._inode(folder, name))

    def remove(self, folder: str, name: str) -> None:
        self.removing(folder)
        super().remove(folder, name)
        self.removals += 1

    def segments(self, folder: str) -> set[tuple[int, int]]:
        """The first sequences and the turns of the segments in a folder."""
        return {place for name in self.files(folder) if (place := parse_segment_name(name)) is not None}

    def settled(self, folder: str) -> str | None:
        """A segment of which a power cut could take something now, other than one that failed; None: there is none."""
        home = self._folder(folder)
        for name, item in home.names.items():
            if name.endswith(".seg") and isinstance(item, Inode):
                unsafe = any(data and any(data) for _, data in item.pending) and item not in self.failed
                if home.durable.get(name) is not item or unsafe:
                    return name
        return None if folder in self.root.durable else folder

    def rot(self, folder: str, name: str) -> int:
        """Flip a bit of a file at rest; returns the offset of its byte."""
        data = self.content(folder, name)
        at = self.chance.randrange(len(data))
        data[at] ^= 1 << self.chance.randrange(8)
        self.rotten.append(f"{folder}/{name}")
        return at


def _size(folder: Folder) -> int:
    return sum(_size(item) if isinstance(item, Folder) else len(item.data) for item in folder.names.values())


def _copy(folder: Folder) -> Folder:
    names: Names = {}
    for name, item in folder.names.items():
        names[name] = _copy(item) if isinstance(item, Folder) else Inode(bytearray(item.data), bytearray(item.data))
    return Folder(names, dict(names))
