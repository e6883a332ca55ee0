"""The hub's folder: made, locked, and found to be usable before anything is started on it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sensorhub.errors import AskedWrong

KEYS = "keys"
_LOCK = "lock"


class FolderUnusable(AskedWrong):
    """A folder that cannot be made or written, or that another hub has."""


@contextmanager
def hub_folder(data: Path) -> Iterator[None]:
    """Make `data` with its folder of keys, and hold it for this process alone.

    Raises:
        FolderUnusable: with what to do.
    """
    try:
        (data / KEYS).mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(data / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise FolderUnusable(
            f"The hub's folder {data} cannot be used: {error.strerror}. Make it writable for this user, "
            "or name another one with --data."
        ) from None
    try:
        _lock(data, handle)
        yield
    finally:
        os.close(handle)


def _lock(data: Path, handle: int) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.pread(handle, 20, 0).decode(errors="replace").strip() or "unknown"
        raise FolderUnusable(
            f"Another hub uses the folder {data} (process {owner}). Stop that one, or name another folder with --data."
        ) from None
    try:
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
    except OSError as error:
        raise FolderUnusable(f"The hub's folder {data} cannot be written: {error.strerror}. Make room there.") from None
