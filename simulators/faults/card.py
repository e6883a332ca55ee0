"""A simulated gateway's card: a folder that takes only the room that is written, and can be full or lose its power."""

import errno
import os
from pathlib import Path

from gateway.spool.disk import RealDisk, SpoolFile


class FaultyCard(RealDisk):
    """A folder of this machine that refuses when told to.

    Files that are to take room ahead have their length and no blocks: on a road that room is what keeps a full card
    going, here a county of 16 gateways would take 150 MB of a laptop for it. Beside the disk's methods it has two
    switches: `full`, so that nothing more can be written, and `cut`, after which nothing that was not durable ever
    will be.

    Arguments:
        root: the folder.
    """

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.full = False
        self.cut = False

    def refuse(self) -> None:
        """Raise what a write gets now; nothing where it goes through.

        Raises:
            OSError: the card is full, or has no power.
        """
        if self.cut:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        if self.full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def make_folder(self, folder: str) -> None:
        self.refuse()
        super().make_folder(folder)

    def create(self, folder: str, name: str) -> SpoolFile:
        self.refuse()
        return _FaultyFile(super().create(folder, name), 0, self)

    def open(self, folder: str, name: str) -> SpoolFile:
        return _FaultyFile(super().open(folder, name), (self._root / folder / name).stat().st_size, self)

    def rename(self, folder: str, old: str, new: str) -> None:
        self.refuse()
        super().rename(folder, old, new)

    def remove(self, folder: str, name: str) -> None:
        if self.cut:
            self.refuse()
        super().remove(folder, name)

    def free_bytes(self) -> int:
        return 0 if self.full else super().free_bytes()


class _FaultyFile:
    def __init__(self, file: SpoolFile, length: int, card: FaultyCard) -> None:
        self._file = file
        self._length = length
        self._card = card

    def write(self, offset: int, data: bytes) -> None:
        self._card.refuse()
        self._file.write(offset, data)
        self._length = max(self._length, offset + len(data))

    def sync(self) -> None:
        if self._card.cut:
            self._card.refuse()
        self._file.sync()

    def truncate(self, length: int) -> None:
        if self._card.cut:
            self._card.refuse()
        self._file.truncate(length)
        self._length = length

    def allocate(self, length: int) -> None:
        self._card.refuse()
        if length > self._length:
            self._file.truncate(length)  # which lengthens it by a hole
            self._length = length

    def close(self) -> None:
        self._file.close()
