"""Packs out of the spool: which records go together, their seal, and the pack that a seal stands for."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from gateway.spool import Located, MarkerEntry, ReadingEntry, Seal, Spool
from gateway.times import anchors_for, sealed_time_us
from sensorhub.pack import MESSAGE_BYTES_MAX, RECORDS_PER_PACK_MAX, compress, encode_pack
from sensorhub.reading import Marker, Reading, Record
from sensorhub.topics import PackId


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

    def newest(self, from_sequence: int) -> SealedPack | None:
        """Seal the newest records, at most 1,000 and none below `from_sequence`; None where none can be."""
        ranges = self._spool.unsealed()
        if not ranges or ranges[-1][1] < from_sequence:
            return None
        first = max(ranges[-1][0], from_sequence, ranges[-1][1] - RECORDS_PER_PACK_MAX + 1)
        run = self._spool.records(first, ranges[-1][1])
        run = [located for located in run if located.sequence >= first]
        if not run:
            return None
        return self._seal(_of_one_boot(run[::-1])[::-1], newest=True)

    def oldest(self, below_sequence: int) -> SealedPack | None:
        """Seal the oldest records below `below_sequence`, at most 1,000; None where none can be."""
        for first, last in self._spool.unsealed():
            at = first
            while at <= min(last, below_sequence - 1):
                run = self._spool.records(at, min(last, below_sequence - 1, at + RECORDS_PER_PACK_MAX - 1))
                run = [located for located in run if located.last < min(last + 1, below_sequence)]
                if not run:
                    break
                head = _of_one_boot(run)
                if self._spool.anchors(head[0].boot):
                    return self._seal(head, newest=False)
                at = head[-1].last + 1  # a boot that never knew the time: its records wait
        return None

    def again(self, first: int) -> SealedPack | None:
        """Make the pack of an open seal again, the same as it was; None where it has been received meanwhile."""
        seal = self._spool.open_seals.get(first)
        if seal is None:
            return None
        run = self._spool.records(seal.first, seal.first + seal.count - 1)
        return SealedPack(self._id(seal), compress(self._body(seal, run)))

    def _seal(self, run: list[Located], newest: bool) -> SealedPack | None:
        anchors = self._spool.anchors(run[0].boot) if run else ()
        if not anchors:
            return None
        run = _at_most(run, RECORDS_PER_PACK_MAX, newest)
        while True:
            first, count = run[0].sequence, run[-1].last - run[0].sequence + 1
            chosen = anchors_for(anchors, _clock(run[0]), _clock(run[-1]))
            seal = Seal(run[0].boot, first, count, chosen)
            payload = compress(self._body(seal, run))
            if len(payload) <= MESSAGE_BYTES_MAX or len(run) == 1:
                break
            run = run[len(run) // 2 :] if newest else run[: len(run) // 2]
        self._spool.append([seal])
        return SealedPack(self._id(seal), payload)

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
            time_us = sealed_time_us(
                seal.anchors, entry.clock_ns, located.settings.period_ms if located.settings else 0
            )
            return [Reading(entry.sensor, m.quantity, time_us, m.value, m.quality) for m in entry.values]
        assert isinstance(entry, MarkerEntry)
        return [Marker(entry.kind, sealed_time_us(seal.anchors, entry.clock_ns, 0), entry.text)]


def _of_one_boot(run: Sequence[Located]) -> list[Located]:
    """The first of them, as far as they follow each other in one boot."""
    return list(takewhile(lambda located: located.boot == run[0].boot, run))


def _clock(located: Located) -> int:
    assert isinstance(located.entry, ReadingEntry | MarkerEntry)
    return located.entry.clock_ns


def _at_most(run: list[Located], records_max: int, newest: bool) -> list[Located]:
    while run[-1].last - run[0].sequence + 1 > records_max:
        run = run[1:] if newest else run[:-1]
    return run
