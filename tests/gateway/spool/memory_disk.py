"""A disk in memory that loses what was not synced: the world of the spool's tests."""

import errno
import random
from dataclasses import dataclass, field

SECTOR_BYTES = 512


class PowerCut(BaseException):
    """The machine is off; nothing that runs on it may catch this."""


@dataclass(eq=False)
class Inode:
    """A file: what reads see, what a power cut leaves for sure, and the changes that it may leave in part."""

    data: bytearray = field(default_factory=bytearray)
    durable: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)  # None: cut to that length

    def reached(self, chance: random.Random | None) -> bytearray:
        """What is on the medium: all changes, or (with a chance) any part of them."""
        left = bytearray(self.durable)
        for offset, data in self.pending:
            if data is None:
                if chance is None or chance.random() < 0.5:
                    del left[offset:]
                continue
            mode = "all" if chance is None else chance.choice(("all", "none", "sectors"))
            at = offset
            while at < offset + len(data):
                end = min((at // SECTOR_BYTES + 1) * SECTOR_BYTES, offset + len(data))
                if mode == "all" or (mode == "sectors" and chance is not None and chance.random() < 0.5):
                    put(left, at, data[at - offset : end - offset])
                at = end
        return left

    def after_cut(self, chance: random.Random) -> "Inode":
        left = self.reached(chance)
        return Inode(left, bytearray(left))


def put(target: bytearray, offset: int, data: bytes) -> None:
    """Write into a byte array as into a file: a hole is filled with zeros."""
    if len(target) < offset + len(data):
        target.extend(bytes(offset + len(data) - len(target)))
    target[offset : offset + len(data)] = data


Names = dict[str, "Inode | Folder"]


@dataclass(eq=False)
class Folder:
    """Names as seen now, as durable, and the changes between, which are journalled in order."""

    names: Names = field(default_factory=dict)
    durable: Names = field(default_factory=dict)
    pending: list[Names] = field(default_factory=list)

    def changed(self) -> None:
        self.pending.append(dict(self.names))

    def after_cut(self, chance: random.Random) -> "Folder":
        names = chance.choice([self.durable, *self.pending])
        left = {name: item.after_cut(chance) for name, item in names.items()}
        return Folder(dict(left), dict(left))


class MemoryFile:
    def __init__(self, disk: "MemoryDisk", inode: Inode) -> None:
        self._disk = disk
        self._inode = inode
        self._failed = False

    def write(self, offset: int, data: bytes) -> None:
        self._disk.step("write")
        self._disk.take(offset + len(data) - len(self._inode.data))
        put(self._inode.data, offset, data)
        self._inode.pending.append((offset, bytes(data)))

    def sync(self) -> None:
        assert not self._failed, "a sync was tried again on a file where it had failed"
        try:
            self._disk.step("sync")
        except OSError:
            # As ext4 does: part of it arrived, and a later sync will say that all did.
            self._failed = True
            self._inode.durable = self._inode.reached(self._disk.chance)
            self._inode.pending.clear()
            raise
        self._inode.durable = self._inode.reached(None)
        self._inode.pending.clear()

    def truncate(self, length: int) -> None:
        self._disk.step("truncate")
        del self._inode.data[length:]
        self._inode.pending.append((length, None))

    def allocate(self, length: int) -> None:
        self._disk.step("allocate")
        missing = length - len(self._inode.data)
        if missing > 0 and self._disk.allocates:
            self._disk.take(missing)
            self._inode.pending.append((len(self._inode.data), bytes(missing)))
            self._inode.data.extend(bytes(missing))

    def close(self) -> None:
        pass


class MemoryDisk:
    """Arguments:
    seed: of what a power cut leaves of unsynced changes.
    cut_in: after how many changing calls the power goes; None: never.
    allocates: whether it can take room for a file before it is written; some file systems cannot.
    room: how many bytes its files may have together (ENOSPC beyond); None: any number.
    errors: OSError numbers for the next calls, by name of the call: `write`, `sync`, `create`.
    """

    def __init__(
        self, seed: int = 0, root: Folder | None = None, *, allocates: bool = True, room: int | None = None
    ) -> None:
        self.allocates = allocates
        self.room = room
        self.chance = random.Random(seed)
        self.root = root or Folder()
        self.cut_in: int | None = None
        self.errors: dict[str, list[int]] = {}
        self.calls: list[str] = []
        self.off = False

    def after_cut(self) -> "MemoryDisk":
        """The same disk in a machine that was switched off and on again."""
        disk = MemoryDisk(root=self.root.after_cut(self.chance), allocates=self.allocates, room=self.room)
        disk.chance = self.chance
        return disk

    def power_on(self) -> None:
        """What was cut was only the process: the system still has all that was written, synced or not."""
        self.cut_in, self.off = None, False

    def step(self, call: str) -> None:
        if self.cut_in is not None:
            self.cut_in -= 1
            self.off = self.off or self.cut_in < 0
        if self.off:
            raise PowerCut
        self.calls.append(call)
        if numbers := self.errors.get(call):
            number = numbers.pop(0)
            raise OSError(number, errno.errorcode[number])

    def _folder(self, folder: str) -> Folder:
        found = self.root if not folder else self.root.names[folder]
        assert isinstance(found, Folder)
        return found

    def _inode(self, folder: str, name: str) -> Inode:
        found = self._folder(folder).names.get(name)
        if not isinstance(found, Inode):
            raise FileNotFoundError(errno.ENOENT, name)
        return found

    def content(self, folder: str, name: str) -> bytearray:
        """A file's bytes, to look at or to damage at rest."""
        inode = self._inode(folder, name)
        inode.pending.clear()
        inode.durable = inode.data
        return inode.data

    def lock(self) -> None:
        pass

    def unlock(self) -> None:
        pass

    def folders(self) -> list[str]:
        return [name for name, item in self.root.names.items() if isinstance(item, Folder)]

    def make_folder(self, folder: str) -> None:
        self.step("make_folder")
        self.root.names[folder] = Folder()
        self.root.changed()

    def files(self, folder: str) -> dict[str, int]:
        return {name: len(item.data) for name, item in self._folder(folder).names.items() if isinstance(item, Inode)}

    def create(self, folder: str, name: str) -> MemoryFile:
        self.step("create")
        home = self._folder(folder)
        if name in home.names:
            raise FileExistsError(errno.EEXIST, name)
        home.names[name] = inode = Inode()
        home.changed()
        return MemoryFile(self, inode)

    def open(self, folder: str, name: str) -> MemoryFile:
        return MemoryFile(self, self._inode(folder, name))

    def read(self, folder: str, name: str, offset: int, length: int) -> bytes:
        return bytes(self._inode(folder, name).data[offset : offset + length])

    def rename(self, folder: str, old: str, new: str) -> None:
        self.step("rename")
        home = self._folder(folder)
        home.names[new] = home.names.pop(old)
        home.changed()

    def remove(self, folder: str, name: str) -> None:
        self.step("remove")
        home = self._folder(folder)
        if name not in home.names:
            raise FileNotFoundError(errno.ENOENT, name)
        del home.names[name]
        home.changed()

    def remove_folder(self, folder: str) -> None:
        self.step("remove_folder")
        assert not self._folder(folder).names
        del self.root.names[folder]
        self.root.changed()

    def forget_cached(self, folder: str, name: str) -> None:
        self._inode(folder, name)

    def sync_folder(self, folder: str) -> None:
        self.step("sync_folder")
        home = self._folder(folder)
        home.durable = dict(home.names)
        home.pending.clear()

    def free_bytes(self) -> int:
        return 1 << 40 if self.room is None else max(0, self.room - self._used())

    def _used(self) -> int:
        return sum(sum(self.files(folder).values()) for folder in ("", *self.folders()))

    def take(self, growth: int) -> None:
        """A file grows by so many bytes."""
        if growth > 0 and self.room is not None and self._used() + growth > self.room:
            raise OSError(errno.ENOSPC, "ENOSPC")
