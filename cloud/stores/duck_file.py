"""The file of the DuckDB store: made whole or not at all, opened, locked, and what its failures mean to a user."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

import duckdb

from cloud.stores import duck_tables as tables
from cloud.stores.protocol import StoreUnavailable
from sensorhub.errors import AskedWrong

_FILE = "readings.duckdb"

MEMORY_MAX = "1GB"
"""A hub may share a small machine; beyond this DuckDB sorts on disk."""


class StoreLocked(StoreUnavailable, AskedWrong):
    """Another process has the readings open."""


class DuckFile:
    """A file `readings.duckdb`; every method may be called from any thread.

    Arguments:
        data: the hub's folder.
        read_only: open what is there, and make no file.

    Raises:
        AskedWrong: it is to be read only, and is not there.
        StoreLocked: another process has it open.
        StoreUnavailable: it cannot be opened.
    """

    def __init__(self, data: Path, *, read_only: bool) -> None:
        self._path = data / _FILE
        self._read_only = read_only
        self._opening = RLock()
        self._opened: duckdb.DuckDBPyConnection | None = None
        if read_only and not self._path.exists():
            raise AskedWrong(f"There is no {_FILE} in {data}. Give the folder that the hub was started with.")
        self._cursor().close()

    @contextmanager
    def connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection for one use; what was begun in it and not committed is undone.

        Raises:
            StoreUnavailable: the file cannot be used.
        """
        try:
            connection = self._cursor()
            try:
                yield connection
            finally:
                connection.close()
        except duckdb.Error as error:
            raise self._unavailable(error) from error

    def close(self) -> None:
        """Let go of the file."""
        with self._opening:
            if self._opened is not None:
                self._opened.close()
                self._opened = None

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection for one use, from any thread; the file is opened where it is not."""
        with self._opening:
            if self._opened is None:
                self._opened = self._open()
            return self._opened.cursor()

    def _open(self) -> duckdb.DuckDBPyConnection:
        # What a reader sorts on disk must not lie beside a hub's files.
        spill = Path(tempfile.gettempdir()) if self._read_only else self._path.parent
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": MEMORY_MAX,
            "temp_directory": str(spill / f"{_FILE}.tmp"),
            "autoinstall_known_extensions": False,
        }
        try:
            if not self._read_only and not self._path.exists():
                self._make_file()
            connection = duckdb.connect(str(self._path), read_only=self._read_only, config=config)
            if not self._read_only:
                connection.execute(tables.CREATE)  # an earlier version's file has fewer tables
            return connection
        except (duckdb.Error, OSError) as error:
            holder = re.search(r"PID (\d+)", str(error))
            if holder is not None:
                raise StoreLocked(
                    f"{self._path} is in use by process {holder[1]}, which alone can read and write it. "
                    "Ask that hub, or end it and try again."
                ) from error
            raise self._unavailable(error) from error

    def _make_file(self) -> None:
        """Make the file with its tables, whole or not at all: what a full disk cuts short could never be opened."""
        new = self._path.with_name(f"{_FILE}.new")
        for half in self._path.parent.glob(f"{new.name}*"):
            half.unlink()
        with duckdb.connect(str(new)) as making:
            making.execute(tables.CREATE)
        new.rename(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # a power cut must not take the name away from what was receipted
        finally:
            os.close(folder)

    def _unavailable(self, error: duckdb.Error | OSError) -> StoreUnavailable:
        if isinstance(error, duckdb.FatalException | duckdb.InternalException):
            self.close()  # DuckDB takes nothing more through this handle; the next call opens the file anew
        why = str(error).splitlines()[0]
        return StoreUnavailable(
            f"{self._path} cannot be used: {why}. Make room on its disk, or make it readable and writable; "
            "until then the gateways keep their data."
        )
