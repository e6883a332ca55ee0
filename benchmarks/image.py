"""An ext4 file system in a file, mounted over a loop device, that tells how many bytes reached the device."""

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

IMAGE_BYTES = 192 * 1024 * 1024
BLOCK_BYTES = "4096"
"""As on any card; mkfs would choose 1,024 for so small an image."""

SECTOR_BYTES = 512
_SECTORS_WRITTEN = 6
"""Field of /sys/block/*/stat (Documentation/block/stat.rst), from 0."""

_PIECE = bytes(4 * 1024 * 1024)


def why_no_image() -> str | None:
    """Why this process cannot mount an image; None where it can."""
    if os.getuid() != 0:
        return "only root may mount an image"
    missing = [name for name in ("mkfs.ext4", "losetup", "mount") if _program(name) is None]
    if missing:
        return f"{missing[0]} is not installed"
    return None if Path("/dev/loop-control").exists() else "this machine has no loop devices"


class Image:
    """A mounted image.

    Arguments:
        folder: where it is mounted.
        device: its loop device, as in loop0.
    """

    def __init__(self, folder: Path, device: str) -> None:
        self.folder = folder
        self._stat = Path("/sys/block") / device / "stat"

    def written_bytes(self) -> int:
        """Bytes written to the device so far, those that the file system still held back included."""
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            if ctypes.CDLL(None, use_errno=True).syncfs(handle) != 0:
                raise OSError(ctypes.get_errno(), "syncfs")
        finally:
            os.close(handle)
        return int(self._stat.read_text().split()[_SECTORS_WRITTEN]) * SECTOR_BYTES


@contextmanager
def mounted_image(work: Path) -> Iterator[Image]:
    """Make, mount and take away an image; `why_no_image` says whether it can be."""
    file, folder = work / "disk.img", work / "disk"
    folder.mkdir()
    with file.open("wb") as image:  # written whole, so that the file system below has nothing left to allocate
        for _ in range(IMAGE_BYTES // len(_PIECE)):
            image.write(_PIECE)
    _run("mkfs.ext4", "-q", "-F", "-b", BLOCK_BYTES, "-E", "lazy_itable_init=0,lazy_journal_init=0", str(file))
    device = _run("losetup", "--find", "--show", str(file))
    try:
        _run("mount", "-o", "noatime", device, str(folder))
        try:
            yield Image(folder, Path(device).name)
        finally:
            _run("umount", str(folder))
    finally:
        _run("losetup", "--detach", device)


def _program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")


def _run(name: str, *arguments: str) -> str:
    program = _program(name)
    assert program is not None
    return subprocess.run([program, *arguments], stdout=subprocess.PIPE, check=True, text=True).stdout.strip()
