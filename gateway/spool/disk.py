"""The disk as the spool sees it: folders of one level, files written at positions, and what is durable when."""

import contextlib
import errno
import fcntl
import os
import shutil
from pathlib import Path
from typing import Protocol

from gateway.spool.errors import SpoolInUse

ROOT = ""
"""The folder name of the root itself."""

LOCK_NAME = "lock"

ZEROED_BYTES_MAX = 4 * 1024 * 1024
"""Room up to so much (a segment; not the reserve, whose content nobody writes) is also filled with zeros: where blocks
are only reserved, ext4 commits its journal once more, 12 kB, when each of them is first written."""


class SpoolFile(Protocol):
    """An open file; called by the one thread of the spool. Every call may raise OSError."""

    def write(self, offset: int, data: bytes) -> None:
        """Write all of `data` at `offset`; not durable before `sync`."""
        ...

    def sync(self) -> None:
        """Content and length are durable when it returns; never called again after it failed."""
        ...

    def truncate(self, length: int) -> None:
        """Forget all from `length` on; not durable before `sync`."""
        ...

    def allocate(self, length: int) -> None:
        """Take the room for `length` bytes now, so that writing them later cannot fail for want of it.

        What was not written yet reads as zeros. Does nothing where the file system cannot; not durable before `sync`.
        """
        ...

    def close(self) -> None:
        """Release it, without any promise."""
        ...


class Disk(Protocol):
    """The root of one spool; called by the one thread of the spool. Every call may raise OSError.

    Names that were made, changed or removed are durable after `sync_folder` of their folder.
    """

    def lock(self) -> None:
        """Make the root where it is missing and take it for this process. Raises SpoolInUse."""
        ...

    def unlock(self) -> None:
        """Give the root back."""
        ...

    def folders(self) -> list[str]:
        """Names of the folders in the root."""
        ...

    def make_folder(self, folder: str) -> None:
        """Make a folder in the root."""
        ...

    def files(self, folder: str) -> dict[str, int]:
        """Names and lengths of the files in a folder."""
        ...

    def create(self, folder: str, name: str) -> SpoolFile:
        """Make a new file; an error where the name is taken."""
        ...

    def open(self, folder: str, name: str) -> SpoolFile:
        """Open a file for writing at positions."""
        ...

    def read(self, folder: str, name: str, offset: int, length: int) -> bytes:
        """At most `length` bytes from `offset` on; fewer only at the end of the file."""
        ...

    def rename(self, folder: str, old: str, new: str) -> None:
        """Rename a file or (in the root) a folder; what had the new name is replaced in one step."""
        ...

    def remove(self, folder: str, name: str) -> None:
        """Remove a file."""
        ...

    def remove_folder(self, folder: str) -> None:
        """Remove an empty folder from the root."""
        ...

    def forget_cached(self, folder: str, name: str) -> None:
        """Let the next read of a file come from the medium, where the system can be asked to."""
        ...

    def sync_folder(self, folder: str) -> None:
        """The names in this folder are durable when it returns."""
        ...

    def free_bytes(self) -> int:
        """What an unprivileged process may still write."""
        ...


def _sync_data(handle: int) -> None:
    # macOS: fsync leaves the data in the drive's cache, F_FULLFSYNC does not; there is no fdatasync.
    full = getattr(fcntl, "F_FULLFSYNC", None)
    if full is not None:
        fcntl.fcntl(handle, full)
    else:
        os.fdatasync(handle)


def _allocate(handle: int, length: int) -> None:
    # macOS has no such call, and some file systems refuse it: then room is found, or not, with each write.
    allocate = getattr(os, "posix_fallocate", None)
    if allocate is None:
        return
    try:
        allocate(handle, 0, length)
    except OSError as error:
        if error.errno not in {errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS}:
            raise


class RealFile:
    """A file of a RealDisk."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def write(self, offset: int, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            written = os.pwrite(self._handle, rest, offset)
            offset += written
            rest = rest[written:]

    def sync(self) -> None:
        _sync_data(self._handle)

    def truncate(self, length: int) -> None:
        os.ftruncate(self._handle, length)

    def allocate(self, length: int) -> None:
        size = os.fstat(self._handle).st_size
        _allocate(self._handle, length)
        if size < length <= ZEROED_BYTES_MAX:
            self.write(size, bytes(length - size))

    def close(self) -> None:
        os.close(self._handle)


class RealDisk:
    """A folder of this machine.

    Arguments:
        root: made at `lock` where it is missing (0700: its content may be personal data one day).
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock: int | None = None

    def lock(self) -> None:
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._root / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise SpoolInUse(
                f"The spool {self._root} is in use by another process: stop that gateway, or give this one "
                "another spool folder."
            ) from None
        self._lock = handle

    def unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def folders(self) -> list[str]:
        return [path.name for path in self._root.iterdir() if path.is_dir() and not path.is_symlink()]

    def make_folder(self, folder: str) -> None:
        (self._root / folder).mkdir(mode=0o700)

    def files(self, folder: str) -> dict[str, int]:
        with os.scandir(self._root / folder) as found:
            return {
                item.name: item.stat(follow_symlinks=False).st_size
                for item in found
                if item.is_file(follow_symlinks=False)
            }

    def create(self, folder: str, name: str) -> SpoolFile:
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        return RealFile(os.open(self._root / folder / name, flags, 0o600))

    def open(self, folder: str, name: str) -> SpoolFile:
        return RealFile(os.open(self._root / folder / name, os.O_RDWR | os.O_CLOEXEC))

    def read(self, folder: str, name: str, offset: int, length: int) -> bytes:
        parts = []
        handle = os.open(self._root / folder / name, os.O_RDONLY | os.O_CLOEXEC)
        try:
            while length > 0 and (part := os.pread(handle, length, offset)):
                parts.append(part)
                offset += len(part)
                length -= len(part)
        finally:
            os.close(handle)
        return b"".join(parts)

    def rename(self, folder: str, old: str, new: str) -> None:
        (self._root / folder / old).replace(self._root / folder / new)

    def remove(self, folder: str, name: str) -> None:
        (self._root / folder / name).unlink()

    def remove_folder(self, folder: str) -> None:
        (self._root / folder).rmdir()

    def forget_cached(self, folder: str, name: str) -> None:
        advise = getattr(os, "posix_fadvise", None)
        if advise is None:
            return
        handle = os.open(self._root / folder / name, os.O_RDONLY | os.O_CLOEXEC)
        try:
            advise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(handle)

    def sync_folder(self, folder: str) -> None:
        handle = os.open(self._root / folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def free_bytes(self) -> int:
        return shutil.disk_usage(self._root).free


def write_whole(disk: Disk, folder: str, name: str, data: bytes, *, durable: bool, allocate_bytes: int = 0) -> None:
    """Put `data` into a file under `name` in one step: readers find all of the old content or all of the new.

    Arguments:
        allocate_bytes: how much room the file takes at once (default: what the data need).
        durable: whether the new content outlives a power cut right after the return; else the old one may be back.
    """
    temporary = f"{name}.tmp"
    with contextlib.suppress(FileNotFoundError):
        disk.remove(folder, temporary)
    file = disk.create(folder, temporary)
    try:
        try:
            if allocate_bytes:
                file.allocate(allocate_bytes)
            file.write(0, data)
            file.sync()  # or the name could come to stand for content that a power cut took
        finally:
            file.close()
        disk.rename(folder, temporary, name)
    except OSError:
        with contextlib.suppress(OSError):  # what was half made must not take the room of a full disk
            disk.remove(folder, temporary)
        raise
    if durable:
        disk.sync_folder(folder)
