"""The reserve: a file that only takes room; given up on a full disk, so that deleting and sealing go on."""

from contextlib import suppress

from gateway.spool.disk import ROOT, Disk, write_whole

RESERVE_NAME = "reserve.bin"
RESERVE_BYTES = 8 * 1024 * 1024
"""Room for some segments of journal entries, and for whatever the file system itself needs to delete."""


class Reserve:
    """The reserve of one spool folder.

    Arguments:
        reserve_bytes: its size; 0: there is none, and it always counts as held.
        spare_bytes: what must be free besides it before it is taken again.
    """

    def __init__(self, disk: Disk, reserve_bytes: int, spare_bytes: int) -> None:
        self._disk = disk
        self._bytes = reserve_bytes
        self._spare_bytes = spare_bytes
        self.held = not reserve_bytes

    def take(self) -> bool:
        """Hold the reserve, making it where it is missing and there is room; whether it is held now."""
        if self.held:
            return True
        with suppress(OSError):
            size = self._disk.files(ROOT).get(RESERVE_NAME, 0)
            if size < self._bytes and self._disk.free_bytes() >= self._bytes - size + self._spare_bytes:
                write_whole(self._disk, ROOT, RESERVE_NAME, b"\0", durable=True, allocate_bytes=self._bytes)
                size = self._bytes
            self.held = size >= self._bytes
        return self.held

    def give_up(self) -> None:
        """Delete it: its room is needed for what makes room."""
        if not self._bytes:
            return
        self.held = False
        with suppress(OSError):
            self._disk.remove(ROOT, RESERVE_NAME)
            self._disk.sync_folder(ROOT)
