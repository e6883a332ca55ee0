"""A copy of the product and its tests, in which a mutation is applied and taken back."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.delivery.mutations.mutation import Mutation

ROOT = Path(__file__).parent.parent.parent.parent
COPIED = ("sensorhub", "firmware_config", "gateway", "cloud", "simulators", "tests", "pyproject.toml")


class MutationStale(Exception):
    """The text that a mutation replaces is not in the source any more, or there twice."""


class Product:
    """The copy.

    Arguments:
        folder: a new one, where to make it; `root` is its root then.
    """

    def __init__(self, folder: Path) -> None:
        self.root = folder / "product"
        self._changes = 0
        self.root.mkdir(parents=True)
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, self.root / name, ignore=shutil.ignore_patterns("__pycache__", "*.gz"))
            else:
                shutil.copy2(source, self.root / name)

    @property
    def environment(self) -> dict[str, str]:
        """For processes that are to use the copy."""
        changed = {
            "PYTHONPATH": str(self.root),
            "PYTHONPYCACHEPREFIX": str(self.root.parent / "compiled"),
            "PYTHONHASHSEED": "0",
        }
        return {**os.environ, **changed, "PYTHONDONTWRITEBYTECODE": ""}

    def check(self, mutation: Mutation) -> None:
        """Raise MutationStale where it cannot be applied."""
        for edit in mutation.edits:
            found = (self.root / edit.file).read_text().count(edit.old) if (self.root / edit.file).exists() else 0
            if found != 1:
                raise MutationStale(
                    f"The mutation {mutation.name!r} is stale: its old text stands {found} times in {edit.file}. "
                    "Write it anew for the present source."
                )

    @contextmanager
    def mutated(self, mutation: Mutation) -> Iterator[None]:
        """The copy with a mutation in it."""
        before = {edit.file: (self.root / edit.file).read_text() for edit in mutation.edits}
        try:
            for edit in mutation.edits:
                self._write(edit.file, (self.root / edit.file).read_text().replace(edit.old, edit.new))
            yield
        finally:
            for file, text in before.items():
                self._write(file, text)

    def _write(self, file: str, text: str) -> None:
        # Python tells compiled files from stale ones by size and whole seconds: each change gets a second of its own.
        path = self.root / file
        before = path.stat().st_mtime
        path.write_text(text)
        self._changes += 1
        os.utime(path, (before + self._changes, before + self._changes))
