"""Taking a disk for the spools on it."""

from collections.abc import Iterator
from contextlib import contextmanager

from gateway.spool.disk import Disk
from gateway.spool.errors import cannot_open
from gateway.spool.reserve import Reserve
from gateway.spool.room import SpoolLimits


@contextmanager
def taken(disk: Disk, gateway: str, limits: SpoolLimits) -> Iterator[Reserve]:
    """Take a disk and its reserve; what opens in the block keeps them, and whatever it raises gives them back.

    Raises:
        SpoolInUse: another process has the disk.
        SpoolUnwritable: the disk refused.
    """
    try:
        disk.lock()
        reserve = Reserve(disk, limits.reserve_bytes, 2 * limits.segment_bytes)
        reserve.take()
        yield reserve
    except OSError as error:
        disk.unlock()
        raise cannot_open(gateway, error) from error
    except BaseException:
        disk.unlock()
        raise
