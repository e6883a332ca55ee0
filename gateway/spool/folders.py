"""The folders of a spool's root: one for each epoch, and which of them drain."""

from collections.abc import Collection
from contextlib import suppress

from gateway.spool.disk import ROOT, Disk, write_whole
from sensorhub.names import is_hex16

DRAINING_NAME = "draining"
"""A file of this name in an epoch's folder: another epoch has taken its place. It says after how many others."""


GONE_SUFFIX = ".gone"
"""Of a folder that is being deleted."""


def epochs(disk: Disk) -> list[str]:
    """The epochs that have a folder on this disk, in the order of their names."""
    return sorted(folder for folder in disk.folders() if is_hex16(folder))


def draining(disk: Disk) -> list[str]:
    """The epochs that drain, in the order in which they were left."""
    marked = [epoch for epoch in epochs(disk) if DRAINING_NAME in disk.files(epoch)]
    return sorted(marked, key=lambda epoch: (_turn(disk, epoch), epoch))


def _turn(disk: Disk, epoch: str) -> int:
    with suppress(OSError, ValueError):
        return int(disk.read(epoch, DRAINING_NAME, 0, 20))
    return 0


def mark_draining(disk: Disk, epoch: str) -> None:
    """Say, durably, that an epoch takes no more records."""
    turn = 1 + max((_turn(disk, other) for other in draining(disk)), default=0)
    write_whole(disk, epoch, DRAINING_NAME, f"{turn}\n".encode(), durable=True)


def go_on_with(disk: Disk, epoch: str, known: Collection[str]) -> None:
    """A new epoch could not be begun: a restart must find this one as the current one, not what there is of the other.

    Arguments:
        known: the epochs that are in use.
    """
    for other in [other for other in unmarked(disk) if other not in known]:
        with suppress(OSError):
            remove_epoch(disk, other)
    with suppress(OSError):
        disk.remove(epoch, DRAINING_NAME)
        disk.sync_folder(epoch)


def unmarked(disk: Disk) -> list[str]:
    """The epochs that are not said to drain, by name; more than one only where beginning a new one was cut short."""
    return [epoch for epoch in epochs(disk) if DRAINING_NAME not in disk.files(epoch)]


def current_epoch(disk: Disk) -> str | None:
    """The epoch that is written: the last of the unmarked; None where there is none."""
    return next(reversed(unmarked(disk)), None)


def make_epoch(disk: Disk, epoch: str) -> str:
    """Make the folder of a new epoch, durably; returns its name.

    Raises:
        ValueError: it is no epoch.
    """
    # A folder under its final name is whole, also after a power cut.
    if not is_hex16(epoch):
        raise ValueError(f"{epoch!r} is no epoch: draw 16 hex digits")
    if (temporary := f"{epoch}.tmp") not in disk.folders():
        disk.make_folder(temporary)
    disk.rename(ROOT, temporary, epoch)
    disk.sync_folder(ROOT)
    return epoch


def remove_epoch(disk: Disk, epoch: str) -> None:
    """Delete an epoch's folder with all that is in it."""
    # Out of the way in one step: a part of it, without the mark that it drains, would pass for the current epoch.
    disk.rename(ROOT, epoch, f"{epoch}{GONE_SUFFIX}")
    disk.sync_folder(ROOT)
    remove_leftovers(disk)


def remove_leftovers(disk: Disk) -> None:
    """Delete what is left of folders whose removal was cut short."""
    for folder in [folder for folder in disk.folders() if folder.endswith(GONE_SUFFIX)]:
        for name in disk.files(folder):
            disk.remove(folder, name)
        disk.remove_folder(folder)
        disk.sync_folder(ROOT)
