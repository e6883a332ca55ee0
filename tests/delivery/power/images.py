"""Images of a small ext4 card, mounted through a loop device; a copy of one is what a power cut leaves.

Files inside lie in the page cache of their ext4 until it writes them to the loop device. The copy is made of the file
behind that device, so it has what reached the medium and nothing else. What a card keeps in a cache of its own is not
modelled: to the loop device every write is final.
"""

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random

INSIDE = "SENSORHUB_POWER_INSIDE"
"""Set where this process has mounts of its own, which end with it even when it is killed."""

PROGRAMS = ("unshare", "mount", "umount", "mkfs.ext4")
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
_BLOCK_BYTES = 1024 * 1024
_COPIES_MAX = 1000
_TRIAL_BYTES = 4 * 1024 * 1024


class CannotMount(Exception):
    """This machine does not let us mount images; the message says why, in one sentence."""


def lacks() -> str | None:
    """What is missing here for power cuts, in one sentence; None where nothing is known to be."""
    missing = [name for name in PROGRAMS if shutil.which(name, path=_PATH) is None]
    if missing:
        return f"Images cannot be mounted: {', '.join(missing)} is not installed."
    if os.geteuid() != 0:
        return "Images cannot be mounted: only root may use loop devices."
    return None


def with_own_mounts(arguments: list[str]) -> None:
    """Go on as a process whose mounts and loop devices vanish when it ends; returns where it is one already."""
    if os.environ.get(INSIDE):
        return
    program = shutil.which("unshare", path=_PATH)
    assert program is not None
    os.environ[INSIDE] = "1"
    os.execv(program, [program, "--mount", "--propagation", "private", *arguments])


def try_out(folder: Path) -> None:
    """Mount a small image in `folder` once.

    Raises:
        CannotMount: this machine does not allow it.
    """
    path = folder / "try.img"
    make(path, _TRIAL_BYTES)
    with mounted(path):
        pass
    path.unlink()


def work_folder() -> Path | None:
    """Where images are kept: memory where there is plenty, so that no disk is worn; None for the usual place."""
    shared = Path("/dev/shm")
    roomy = shared.is_dir() and os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > 1024**3
    return shared if roomy else None


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PATH": _PATH}, check=False)
    if done.returncode:
        raise CannotMount(f"Images cannot be mounted: {command[0]}: {(done.stderr or done.stdout).strip()}.")


def make(path: Path, size_bytes: int) -> None:
    """Make a new image with an empty ext4 on it."""
    with path.open("wb") as file:
        file.truncate(size_bytes)
    # Nothing is put off to a thread of the kernel, which would write on while an image is copied.
    _run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", str(path))


class Mounted:
    """An image that is mounted."""

    def __init__(self, path: Path, root: Path) -> None:
        self.path = path
        self.root = root
        device = root.stat().st_dev
        self._counts = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}/stat")

    def _written(self) -> tuple[int, bool]:
        """How many writes the device has done, and whether one is under way."""
        counts = self._counts.read_text().split()
        return int(counts[4]), counts[8] != "0"

    def cut(self, copy: Path) -> None:
        """Copy what is on the medium at one instant; nothing is flushed before.

        The kernel may write back on its own meanwhile: then the copy mixes two instants and is made again.
        """
        for _ in range(_COPIES_MAX):
            before = self._written()
            copy_sparse(self.path, copy)
            if not before[1] and self._written() == before:
                return
        raise RuntimeError("The kernel writes to the image without end, so it cannot be copied at one instant.")

    def age(self, rng: Random) -> None:
        """Let the kernel do what it may do at any moment: write some pages back, or commit its journal, or neither."""
        draw = rng.random()
        if draw < 0.5:
            return
        if draw < 0.75:
            for path in sorted(path for path in self.root.rglob("*") if path.is_file()):
                with suppress(FileNotFoundError):
                    _write_back(path, rng)
        else:
            handle = os.open(self.root / "journal-commit", os.O_RDWR | os.O_CREAT)
            try:
                os.write(handle, b".")
                os.fsync(handle)
            finally:
                os.close(handle)


def _write_back(path: Path, rng: Random) -> None:
    page_bytes = os.sysconf("SC_PAGE_SIZE")
    handle = os.open(path, os.O_RDONLY)
    try:
        for at in range(0, os.fstat(handle).st_size, page_bytes):
            if rng.random() < 0.5:
                # Starts writing the page if it is dirty; that it then leaves the cache changes nothing.
                os.posix_fadvise(handle, at, page_bytes, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(handle)


def copy_sparse(source: Path, target: Path) -> None:
    """Copy a file without its holes."""
    target.unlink(missing_ok=True)
    with source.open("rb", buffering=0) as old, target.open("wb", buffering=0) as new:
        size = os.fstat(old.fileno()).st_size
        new.truncate(size)
        at = 0
        while at < size:
            try:
                at = os.lseek(old.fileno(), at, os.SEEK_DATA)
            except OSError as error:
                if error.errno == errno.ENXIO:  # only a hole is left
                    return
                raise
            end = os.lseek(old.fileno(), at, os.SEEK_HOLE)
            while at < end:
                part = os.pread(old.fileno(), min(_BLOCK_BYTES, end - at), at)
                os.pwrite(new.fileno(), part, at)
                at += len(part)


@contextmanager
def mounted(path: Path) -> Iterator[Mounted]:
    """Mount an image, which replays its journal; the loop device goes with the mount."""
    root = path.with_suffix(".mount")
    root.mkdir(exist_ok=True)
    _run("mount", "-o", "loop,noatime", str(path), str(root))
    try:
        yield Mounted(path, root)
    finally:
        try:
            _run("umount", str(root))
        except CannotMount:  # a check that failed left a file open
            _run("umount", "--lazy", str(root))
