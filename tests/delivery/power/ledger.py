"""What a writer says to the world outside its image: one file of values, complete up to where it was stopped."""

import io
import os
import pickle
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_LENGTH = struct.Struct("<I")


class LedgerWriter:
    """Appends values; each is in the system's hands when `say` returns, and the image's fate does not touch it."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def say(self, *said: Any) -> None:
        """Append one value."""
        data = pickle.dumps(said)
        os.write(self._handle, _LENGTH.pack(len(data)) + data)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._handle)


class LedgerReader:
    """Reads on where it stopped."""

    def __init__(self, path: Path) -> None:
        path.touch()
        self._file = path.open("rb")

    def __enter__(self) -> "LedgerReader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def new(self) -> Iterator[tuple[Any, ...]]:
        """The values that came since the last call."""
        data = io.BytesIO(self._file.read())
        while head := data.read(_LENGTH.size):
            yield pickle.loads(data.read(_LENGTH.unpack(head)[0]))  # our own process wrote it

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
