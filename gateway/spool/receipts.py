"""The file `received`: the ranges that receipts have named, noted lazily. Losing it costs a resend only."""

from zlib import crc32

from gateway.spool.disk import Disk, write_whole
from sensorhub.ranges import Range, RangeSet
from sensorhub.topics import SEQUENCE_MAX

RECEIVED_NAME = "received"
_TITLE = "SXRECEIVED 1"

RECEIVED_BYTES_MAX = 4 * 1024 * 1024
"""Ranges merge, so the file has a line for each gap between them; more than this is damage."""


class ReceivedFile:
    """Notes the received ranges of one epoch.

    Arguments:
        received: the spool's own set.
    """

    def __init__(self, disk: Disk, epoch: str, received: RangeSet) -> None:
        self._disk = disk
        self._epoch = epoch
        self._received = received
        self._noted: list[Range] = []
        self._durable: list[Range] = []

    def write(self, *, durable: bool) -> None:
        """Replace the file in one step, unless it says so already.

        Arguments:
            durable: whether it must outlive a power cut right after the return.
        """
        ranges = list(self._received)
        if ranges == (self._durable if durable else self._noted):
            return
        lines = [_TITLE, *(f"{first} {last}" for first, last in ranges)]
        text = "".join(f"{line}\n" for line in lines).encode()
        write_whole(
            self._disk, self._epoch, RECEIVED_NAME, text + f"crc32 {crc32(text):08x}\n".encode(), durable=durable
        )
        self._noted = ranges
        if durable:
            self._durable = ranges


def read_received(disk: Disk, epoch: str) -> RangeSet:
    """The ranges noted; none where the file is missing, cut short or damaged."""
    try:
        data = disk.read(epoch, RECEIVED_NAME, 0, RECEIVED_BYTES_MAX)
    except OSError:
        return RangeSet()
    text, mark, check = data.rpartition(b"crc32 ")
    if not mark or check != f"{crc32(text):08x}\n".encode():
        return RangeSet()
    title, *lines = text.decode("ascii").splitlines()
    if title != _TITLE:
        return RangeSet()
    ranges = RangeSet()
    for line in lines:
        first, last = map(int, line.split())
        if 1 <= first <= last <= SEQUENCE_MAX:
            ranges.add(first, last)
    return ranges
