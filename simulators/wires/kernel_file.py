"""Files that stand for those of the kernel, which change often and are never worth a write to the disk."""

import os
from pathlib import Path


def show(path: Path, text: str) -> None:
    """Make a file hold this text, and its folders where there are none.

    It is overwritten where it lies: one that is emptied first is written to the disk at once (ext4, auto_da_alloc).
    """
    data = text.encode("ascii")
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o644)
    except FileNotFoundError:
        path.parent.mkdir(parents=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o644)
    try:
        os.write(handle, data)
        os.ftruncate(handle, len(data))
    finally:
        os.close(handle)
