"""Which gateways are named, with their keys, and who else has been heard.

A gateway is named while its key file is in the hub's folder of keys. Used from the ingest thread only.
"""

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from sensorhub.clock import MachineClock
from sensorhub.names import is_id
from sensorhub.signing import KeyUnreadable, read_key

_log = logging.getLogger(__name__)

LOOK_S = 2.0
"""How often the folder is looked at; a gateway named now is answered within this time."""

NOTE_S = 5.0
"""How often what was heard is written down: each note costs the disk a sync."""

STRANGERS_MAX = 1_000
"""Names that nobody gave us are kept in memory and database; a broker without an access list must not fill either."""

SUFFIX = ".key"


class GatewayNotes(Protocol):
    """Where it is written down who was heard."""

    def note_gateway(self, gateway: str, *, named: bool, seen_us: int, forgotten: int) -> None:
        """`gateway` was last heard at `seen_us`; `forgotten` messages of it are counted and gone."""
        ...


@dataclass(frozen=True, slots=True)
class _Heard:
    named: bool
    seen_us: int
    forgotten: int = 0


_Mark = tuple[int, int, int]


class Registry:
    """The keys of named gateways, looked up again every 2 s, and the notes of who was heard.

    Arguments:
        keys: folder with a file `{gateway}.key` (mode 0600) for each named gateway; need not exist yet.
        notes: where to write down who was heard.
        clock: for the times between two looks and two notes.
    """

    def __init__(self, keys: Path, notes: GatewayNotes, clock: MachineClock) -> None:
        self._folder = keys
        self._notes = notes
        self._clock = clock
        self._keys: dict[str, bytes] = {}
        self._marks: dict[str, _Mark] = {}
        self._complaints: dict[str, str] = {}
        self._strangers: set[str] = set()
        self._heard: dict[str, _Heard] = {}
        self._look_at_s = self._note_at_s = clock.monotonic_s()
        self.look()

    def key(self, gateway: str) -> bytes | None:
        """The key of a named gateway; None for one that nobody named."""
        return self._keys.get(gateway)

    def refresh(self) -> list[str]:
        """Look at the folder again, if it is time to, and return the gateways that are no longer named."""
        now_s = self._clock.monotonic_s()
        if now_s < self._look_at_s + LOOK_S:
            return []
        self._look_at_s = now_s
        before = set(self._keys)
        self.look()
        return sorted(before - self._keys.keys())

    def look(self) -> list[str]:
        """Look at the folder now and return the gateways that were not named before."""
        before = set(self._keys)
        found: dict[str, Path] = {}
        try:
            found = {path.stem: path for path in self._folder.iterdir() if path.suffix == SUFFIX}
        except FileNotFoundError:
            pass
        except OSError as error:
            self._complain("", f"The folder of keys {self._folder} cannot be read: {error.strerror}.")
            return []
        for gateway in self._keys.keys() - found.keys():
            del self._keys[gateway], self._marks[gateway]
            _log.info("Gateway %s is no longer named: its key file was taken away.", gateway)
        for gateway, path in found.items():
            self._read(gateway, path)
        return sorted(self._keys.keys() - before)

    def _read(self, gateway: str, path: Path) -> None:
        if not is_id(gateway):
            self._complain(gateway, f"{path} names no gateway: {gateway!r} is no gateway id. Rename or remove it.")
            return
        try:
            stat = path.stat()
            mark = (stat.st_mtime_ns, stat.st_ino, stat.st_mode)
            if self._marks.get(gateway) == mark:
                return
            key = read_key(path)
        except (OSError, KeyUnreadable) as error:
            self._complain(gateway, str(error))
            return
        self._complaints.pop(gateway, None)
        if gateway not in self._keys:
            _log.info("Gateway %s is named.", gateway)
        self._keys[gateway], self._marks[gateway] = key, mark

    def _complain(self, gateway: str, what: str) -> None:
        if self._complaints.get(gateway) != what:
            self._complaints[gateway] = what
            _log.warning("%s", what)

    def heard(self, gateway: str, arrived_us: int) -> None:
        """Remember that a named gateway spoke."""
        self._heard[gateway] = replace(self._heard.get(gateway, _Heard(True, 0)), named=True, seen_us=arrived_us)

    def forget(self, gateway: str, arrived_us: int) -> bool:
        """Count a message of a gateway that nobody named; False where there are too many to list one more."""
        if gateway not in self._strangers:
            if len(self._strangers) >= STRANGERS_MAX:
                self._complain(
                    " strangers",
                    f"Over {STRANGERS_MAX:,} gateways that nobody named have sent messages; no more are listed. "
                    "Check who may publish at the broker.",
                )
                return False
            self._strangers.add(gateway)
            _log.info(
                "Gateway %s sends and nobody named it: nothing of it is stored. To name it, put its key into %s.",
                gateway,
                self._folder / f"{gateway}{SUFFIX}",
            )
        forgotten = self._heard[gateway].forgotten if gateway in self._heard else 0
        self._heard[gateway] = _Heard(False, arrived_us, forgotten + 1)
        return True

    def note(self, *, now: bool = False) -> None:
        """Write down who was heard since the last time, if it is time to or `now`.

        Raises:
            StoreUnavailable: it could not be written; it is kept for the next time.
        """
        now_s = self._clock.monotonic_s()
        if not now and now_s < self._note_at_s + NOTE_S:
            return
        for gateway, heard in list(self._heard.items()):
            self._notes.note_gateway(gateway, named=heard.named, seen_us=heard.seen_us, forgotten=heard.forgotten)
            del self._heard[gateway]
        self._note_at_s = now_s
