"""The hub's disk: said when it fills up, and nothing is taken any more before it is full.

A full hub must look like a hub that gives no receipts, never like one that keeps data: the gateways hold it then.
"""

import logging
import shutil
from collections.abc import Callable
from pathlib import Path

from cloud.collaborators import Books
from cloud.stores.protocol import StoreUnavailable

_log = logging.getLogger(__name__)

PLENTY_BYTES = 10 * 2**30
"""A large disk with this much free has room for years, however full it is in percent."""

AGAIN_PERCENT = 1
"""A disk must have become this much emptier before a sentence ends, or it would come and go with every commit."""

Usage = Callable[[Path], tuple[int, int]]
"""Bytes used and free on the disk of a folder."""


class DiskFull(StoreUnavailable):
    """The hub's disk is so full that nothing more is taken."""


def disk_usage(folder: Path) -> tuple[int, int]:
    """Bytes used and free, as `df` tells them.

    Raises:
        OSError: it cannot be told.
    """
    total = shutil.disk_usage(folder)
    return total.used, total.free


class HubDisk:
    """The disk that a hub's folder is on; `check` from the ingest thread, `look` from another.

    Arguments:
        folder: the hub's.
        alarm_percent: from here on it is said.
        full_percent: from here on nothing is taken.
        usage: how full the disk is (default: asks the system).
    """

    def __init__(self, folder: Path, alarm_percent: int, full_percent: int, usage: Usage = disk_usage) -> None:
        self._folder = folder
        self._alarm_percent = alarm_percent
        self._full_percent = full_percent
        self._usage = usage
        self._full = False
        self._alarmed = False
        self._told: int | None = None

    def check(self) -> None:
        """Whether more may be taken.

        Raises:
            DiskFull: no.
        """
        percent, plenty = self._percent()
        limit = self._full_percent - (AGAIN_PERCENT if self._full else 0)
        self._full = percent >= limit and not plenty
        if self._full:
            # without the number: the sentence is logged when it changes
            raise DiskFull(
                f"The disk of {self._folder} is more than {self._full_percent - AGAIN_PERCENT}% full. Make room on it; "
                "until then the gateways keep their data."
            )

    def look(self, books: Books, now_us: int) -> str:
        """Keep the finding about the disk right; the sentence that warns of it, empty while there is none.

        Raises:
            StoreUnavailable: it cannot be kept.
        """
        percent, plenty = self._percent()
        limit = self._alarm_percent - (AGAIN_PERCENT if self._alarmed else 0)
        alarmed = percent >= limit and not plenty
        text = (
            f"The disk of {self._folder} is {percent}% full: from {self._full_percent}% on nothing more is taken, and "
            "the gateways keep their data. Make room on it."
            if alarmed
            else ""
        )
        if alarmed and not self._alarmed:
            _log.warning("%s", text)
        self._alarmed = alarmed
        told = percent if alarmed else 0
        if told != self._told:  # after a restart a finding may still be open
            books.set_finding("disk", "", text, told, now_us)
            self._told = told
        return text

    def _percent(self) -> tuple[int, bool]:
        """How full it is, and whether there is plenty of room all the same."""
        try:
            used, free = self._usage(self._folder)
        except OSError:
            return 0, True  # the store will say what is wrong
        return (100 * used // (used + free) if used + free else 100), free > PLENTY_BYTES
