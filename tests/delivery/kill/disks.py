"""Small file systems in memory, which can be filled to the last byte; made by mount(8), so by root alone."""

import os
import subprocess
from pathlib import Path

MiB = 1 << 20


class SmallDisks:
    """File systems in memory that can be filled; each is taken away again.

    `refused` says why there are none, where this user may not mount.
    """

    def __init__(self) -> None:
        self._mounted: list[Path] = []
        self.refused = ""

    def mount(self, path: Path, size_bytes: int) -> bool:
        """Make one at `path`; whether it could be."""
        path.mkdir(parents=True, exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={size_bytes},mode=0700", "none", str(path)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except OSError as error:
            self.refused = str(error)
            return False
        if done.returncode:
            self.refused = done.stderr.strip() or f"mount ended with {done.returncode}"
            return False
        self._mounted.append(path)
        return True

    def unmount(self) -> None:
        for path in self._mounted:
            subprocess.run(["umount", "-l", str(path)], check=False)


def fill(folder: Path) -> None:
    """Leave not a byte on a small disk."""
    handle = os.open(folder / "ballast", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        for piece in (bytes(MiB), bytes(4_096), b"\0"):
            try:
                while True:
                    os.write(handle, piece)
            except OSError:
                continue
    finally:
        os.close(handle)


def make_room(folder: Path) -> None:
    """Take away what filled a small disk."""
    (folder / "ballast").unlink(missing_ok=True)
