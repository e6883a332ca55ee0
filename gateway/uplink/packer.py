"""Packs out of the spool: which records go together, their seal, and the pack that a seal stands for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from gateway.anchors.estimate import estimates, known_boots
from gateway.anchors.rising import RisingTimes
from gateway.anchors.times import anchors_for, believed, sealed_time_us
from gateway.spool import AnchorKind, Located, MarkerEntry, ReadingEntry, Seal, Spool
from sensorhub.errors import SensorHubError
from sensorhub.pack import MESSAGE_BYTES_MAX, RECORDS_PER_PACK_MAX, compress, encode_pack
from sensorhub.reading import Marker, Quality, Reading, Record
from sensorhub.topics import PackId

RECORD_BYTES = 8.0
"""A guess until the first pack is made; then it is what a record of the last one took."""

HEAD_BYTES = 100
"""What a pack takes beside that: names, units, and the first time."""

RECORDS_READ_MIN = 100
"""A reading of many quantities is read whole, however small a pack may be."""


class ReadingTooLarge(SensorHubError):
    """Not even one reading fits the messages that are taken."""


@dataclass(frozen=True, slots=True)
class SealedPack:
    """A pack whose seal is on disk: it may be sent, again and again, and is always the same bytes' worth."""

    id: PackId
    payload: bytes


class Packer:
    """Seals runs of records of one spool; called from the spool's thread.

    Arguments:
        spool: where the records are.
        gateway: id of this gateway.
    """

    def __init__(self, spool: Spool, gateway: str) -> None:
        self._spool = spool
        self._gateway = gateway
        self._record_bytes = RECORD_BYTES
        self._rising: RisingTimes | None = None

    def newest(
        self, from_sequence: int, *, records_max: int = RECORDS_PER_PACK_MAX, bytes_max: int = MESSAGE_BYTES_MAX
    ) -> SealedPack | None:
        """Seal the newest records, none below `from_sequence`; None where none can be.

        Arguments:
            records_max, bytes_max: the pack has no more records, and its payload no more bytes.

        Raises:
            ReadingTooLarge: one reading takes more than that.
        """
        ranges = self._spool.unsealed()
        if not ranges or ranges[-1][1] < from_sequence:
            return None
        records_max = self._records_max(records_max, bytes_max)
        first = max(ranges[-1][0], from_sequence, ranges[-1][1] - records_max + 1)
        run = self._spool.records(first, ranges[-1][1])
        run = [located for located in run if located.sequence >= first]
        if not run:
            return None
        return self._seal(_of_one_boot(run[::-1])[::-1], records_max, bytes_max, newest=True)

    def oldest(
        self, below_sequence: int, *, records_max: int = RECORDS_PER_PACK_MAX, bytes_max: int = MESSAGE_BYTES_MAX
    ) -> SealedPack | None:
        """Seal the oldest records below `below_sequence`; None where none can be.

        Arguments:
            records_max, bytes_max: the pack has no more records, and its payload no more bytes.

        Raises:
            ReadingTooLarge: one reading takes more than that.
        """
        records_max = self._records_max(records_max, bytes_max)
        for first, last in self._spool.unsealed():
            at = first
            while at <= min(last, below_sequence - 1):
                run = self._spool.records(at, min(last, below_sequence - 1, at + records_max - 1))
                run = [located for located in run if located.last < min(last + 1, below_sequence)]
                if not run:
                    break
                head = _of_one_boot(run)
                if self._spool.anchors(head[0].boot) or self._estimate(head[0].boot):
                    return self._seal(head, records_max, bytes_max, newest=False)
                at = head[-1].last + 1  # a boot that never knew the time: its records wait
        return None

    def again(self, first: int) -> SealedPack | None:
        """Make the pack of an open seal again, the same as it was; None where it has been received meanwhile."""
        seal = self._spool.open_seals.get(first)
        if seal is None:
            return None
        run = self._spool.records(seal.first, seal.first + seal.count - 1)
        return SealedPack(self._id(seal), compress(self._body(seal, run)))

    def _records_max(self, records_max: int, bytes_max: int) -> int:
        # So many are read at all; where they take less than thought, the next pack has more.
        likely = max(RECORDS_READ_MIN, int(bytes_max / self._record_bytes))
        return max(1, min(records_max, RECORDS_PER_PACK_MAX, likely))

    def _seal(self, run: list[Located], records_max: int, bytes_max: int, newest: bool) -> SealedPack | None:
        anchors = believed(self._spool.anchors(run[0].boot)) if run else []
        if not anchors:
            return None
        run = _at_most(run, records_max, newest)
        rising = self._rising = self._rising or RisingTimes.of(self._spool)
        while True:
            first, count = run[0].sequence, run[-1].last - run[0].sequence + 1
            chosen = rising.anchors(run, anchors_for(anchors, _clock(run[0]), _clock(run[-1])))
            seal = Seal(run[0].boot, first, count, chosen)
            payload = compress(self._body(seal, run))
            self._record_bytes = max(1.0, (len(payload) - HEAD_BYTES) / count)
            if len(payload) <= bytes_max:
                break
            if len(run) == 1:
                raise ReadingTooLarge(
                    f"record {first} takes {len(payload):,} bytes, and at most {bytes_max:,} are taken"
                )
            keep = max(1, len(run) * bytes_max // len(payload) * 9 // 10)
            run = run[-keep:] if newest else run[:keep]
        self._spool.append([seal])
        rising.note(run, chosen)
        return SealedPack(self._id(seal), payload)

    def _estimate(self, boot: int) -> bool:
        """Give a time to all boots that are over and never knew it; whether this one has one now.

        Durable before the first seal, so that packs of one boot never disagree, whatever becomes known later.
        """
        if boot == self._spool.boot:
            return False
        known = known_boots(self._spool)
        found = dict(zip(known, estimates(list(known.values())), strict=True))
        new = [
            replace(anchor, boot=index)
            for index, anchor in found.items()
            if anchor is not None and index != self._spool.boot and not self._spool.anchors(index)
        ]
        for anchor in new:  # one by one: in a full spool there may be room for little at a time
            self._spool.append([anchor])
        return bool(self._spool.anchors(boot))

    def _id(self, seal: Seal) -> PackId:
        return PackId(self._gateway, self._spool.epoch, seal.first, seal.count)

    def _body(self, seal: Seal, run: Sequence[Located]) -> bytes:
        records: list[Record] = []
        for located in run:
            records.extend(self._records(seal, located))
        return encode_pack(self._gateway, records)

    def _records(self, seal: Seal, located: Located) -> list[Record]:
        entry = located.entry
        if isinstance(entry, ReadingEntry):
            time_us = sealed_time_us(seal.anchors, entry.clock_ns, located.period_ms)
            also = (
                Quality.ESTIMATED_TIME
                if any(anchor.source is AnchorKind.ESTIMATED for anchor in seal.anchors)
                else Quality.GOOD
            )
            return [Reading(entry.sensor, m.quantity, time_us, m.value, m.quality | also) for m in entry.values]
        assert isinstance(entry, MarkerEntry)
        return [Marker(entry.kind, sealed_time_us(seal.anchors, entry.clock_ns, 0), entry.text)]


def _of_one_boot(run: Sequence[Located]) -> list[Located]:
    """The first of them, as far as they follow each other in one boot."""
    return list(takewhile(lambda located: located.boot == run[0].boot, run))


def _clock(located: Located) -> int:
    assert isinstance(located.entry, ReadingEntry | MarkerEntry)
    return located.entry.clock_ns


def _at_most(run: list[Located], records_max: int, newest: bool) -> list[Located]:
    while len(run) > 1 and run[-1].last - run[0].sequence + 1 > records_max:
        run = run[1:] if newest else run[:-1]
    return run
