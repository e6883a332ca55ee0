"""The spool of a gateway: a durable log of records and journal entries, in one folder per epoch.

A plain synchronous object for one thread: it owns no thread, socket or sleep, and reads no wall time.
"""

import errno
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from uuid import UUID

from gateway.spool.disk import Disk
from gateway.spool.draft import Draft, GroupKind, draft_group
from gateway.spool.entries import Anchor, BootNote, Entry, Seal, SensorSettings
from gateway.spool.errors import SealRefused, SpoolUnwritable, no_room
from gateway.spool.folders import current_epoch, make_epoch
from gateway.spool.holdings import Holdings
from gateway.spool.markers import UNREADABLE, dropped
from gateway.spool.opening import taken
from gateway.spool.reader import Reader
from gateway.spool.receipts import ReceivedFile
from gateway.spool.recovery import Recovered, recover
from gateway.spool.reserve import Reserve
from gateway.spool.room import Elder, Room, SpoolLimits
from gateway.spool.segment import Segment
from gateway.spool.writer import Writer
from sensorhub.ranges import Range, RangeSet

log = logging.getLogger(__name__)


class Spool(Holdings):
    """Made by `Epochs.open`, or by `Spool.open` where only one epoch matters.

    Arguments:
        recovered: what was found on the disk. Beside what the properties say, a spool has its `epoch` (16 hex
            digits), `boot` (index of the present one), `next` (the sequence that the next record gets),
            `findings` (what recovery found wrong, sentences for the log), `may_have_sealed` (kept records without a
            seal, where a seal may have been among what cannot be read) and `bad_read_backs` (segments that the disk
            gave back otherwise than they were written).
        reserve: of the disk.
        elders: older spools on the disk, which share the limits and whose segments go first.
    """

    def __init__(
        self,
        disk: Disk,
        gateway: str,
        boot_id: UUID,
        epoch: str,
        limits: SpoolLimits,
        recovered: Recovered,
        reserve: Reserve,
        elders: Sequence[Elder] = (),
    ) -> None:
        super().__init__(
            epoch, recovered.books, recovered.dictionary, Reader(disk, epoch, recovered.segments, recovered.dictionary)
        )
        self.next = recovered.next
        self.findings = tuple(recovered.findings)
        self.may_have_sealed = recovered.may_have_sealed
        self.bad_read_backs = 0
        self._disk = disk
        self._segments = recovered.segments
        self._defined: tuple[str, ...] = ()
        self.boot = self._books.boot = self._dictionary.boot_index(boot_id)
        self._noted = ReceivedFile(disk, epoch, self.received)
        self._room = Room(
            disk,
            epoch,
            limits,
            self._segments,
            self._books,
            self._noted,
            reserve=reserve,
            elders=elders,
            mark=self._mark,
        )
        self._writer = Writer(
            disk,
            gateway,
            epoch,
            segments=self._segments,
            books=self._books,
            dictionary=self._dictionary,
            segment_bytes=limits.segment_bytes,
            commit=recovered.commit,
            at_work=lambda: list(self._defined),
            ended=self._read_back,
            room_bytes=self._room.next_segment_bytes,
        )
        if recovered.resumable:
            self._writer.resume(self._segments[-1])
        self._begin(recovered)

    @classmethod
    def open(
        cls,
        disk: Disk,
        gateway: str,
        boot_id: UUID,
        *,
        limits: SpoolLimits,
        new_epoch: Callable[[], str],
        epoch: str | None = None,
    ) -> "Spool":
        """Recover the spool on `disk`, or make a new one.

        Arguments:
            gateway: id; segments of another gateway are set aside.
            boot_id: which boot the measurement clock counts from.
            limits: how large it may grow.
            new_epoch: draws 16 hex digits; called where there is no epoch yet.
            epoch: which one to open; by default the current one.

        Raises:
            SpoolInUse: another process has it.
            SpoolUnwritable: the disk refuses to be written; damaged content is never a reason.
        """
        with taken(disk, gateway, limits) as reserve:
            chosen = epoch or current_epoch(disk) or make_epoch(disk, new_epoch())
            return cls(disk, gateway, boot_id, chosen, limits, recover(disk, chosen, gateway, boot_id), reserve)

    def _begin(self, recovered: Recovered) -> None:
        alive = self.last_known(self.boot)
        markers = [dropped(span, UNREADABLE, alive.clock_ns) for span in recovered.lost]
        self._insist([alive, *markers])
        self._room.set_aside(recovered.aside)
        self._room.expire()

    @property
    def used_bytes(self) -> int:
        """What it and older spools take on the disk, but for names and the file of receipts."""
        return self._room.used_bytes

    @property
    def own_bytes(self) -> int:
        """The same of this one alone."""
        return sum(segment.disk_bytes for segment in self._segments)

    @property
    def freeable_bytes(self) -> int:
        """How much of it is kept only as long as its room is not needed."""
        return self._room.freeable_bytes

    @property
    def free_bytes(self) -> int:
        """What readings and edges may still take, by the limit or by the disk, whichever is nearer."""
        return self._room.free_bytes

    def define(self, sensors: Sequence[SensorSettings]) -> None:
        """Name the sensors of this process, before the first append that names one of them.

        Until then a sensor's id stands for the newest settings that the spool knows, so that an interval which
        older settings left open is closed under those.
        """
        for settings in sensors:
            self._dictionary.define(settings)
        self._defined = tuple(settings.id for settings in sensors)

    def append(self, entries: Sequence[Entry], *, closing: bool = False) -> int:
        """Accept entries: when it returns they are on disk, all of them; when it raises none is accepted.

        Arguments:
            closing: they are readings of edges that are kept, which may go with them: they find room as notes do.

        Returns:
            The first sequence given to them, 0 where none was.

        Raises:
            ValueError: one of them cannot be written; SealRefused among them.
            SpoolFull: there is no room, and nothing that may go.
            SpoolUnwritable: the disk refused. The caller keeps the entries and may append them again.
        """
        if not entries:
            return 0
        draft = self._draft(entries)
        kind: GroupKind = "journal" if closing else draft.kind
        if kind == "journal" and any(
            isinstance(one.entry, Anchor) and not self.anchors(one.boot) for one in draft.located
        ):
            kind = "seals"  # without its first anchor nothing of a boot can be sealed
        if not self._room.make(draft.bytes_max, kind):
            raise no_room(self.used_bytes, self.unreceived)
        draft = self._checked(draft, entries)
        if not self._fits(draft):
            if not self._room.rescue(kind):
                raise no_room(self.used_bytes, self.unreceived)
            draft = self._checked(draft, entries)
            if not self._fits(draft):
                raise no_room(self.used_bytes, self.unreceived)
        if any(isinstance(located.entry, BootNote) for located in draft.located):
            self._room.expire()
        return draft.first

    def _fits(self, draft: Draft) -> bool:
        """Commit a group; False where the disk is full, and nothing of it was accepted."""
        try:
            self._commit(draft)
        except SpoolUnwritable as error:
            if isinstance(error.__cause__, OSError) and error.__cause__.errno == errno.ENOSPC:
                return False
            raise
        return True

    def _insist(self, entries: Sequence[Entry]) -> None:
        """Commit what must find room, on a full disk that of the reserve."""
        if not self._fits(self._draft(entries)):
            self._room.give_up_reserve()
            self._commit(self._draft(entries))

    def _checked(self, draft: Draft, entries: Sequence[Entry]) -> Draft:
        """The same again where markers took numbers since, with its seals checked against what is kept now."""
        if draft.begins != self.next:
            draft = self._draft(entries)
        self._check_seals(draft)
        return draft

    def _draft(self, entries: Sequence[Entry]) -> Draft:
        return draft_group(
            entries,
            epoch=bytes.fromhex(self.epoch),
            boot=self.boot,
            next_sequence=self.next,
            dictionary=self._dictionary,
        )

    def _check_seals(self, draft: Draft) -> None:
        also = RangeSet()
        for located in draft.located:
            if isinstance(seal := located.entry, Seal):
                self._books.check_seal(seal, also)
                if not self._reader.whole(*seal.range):
                    raise SealRefused(f"records {seal.first}-{seal.last} begin or end within a reading")
                also.add(*seal.range)

    def _commit(self, draft: Draft) -> None:
        segment = self._writer.write(draft, self.next)
        self.next = draft.next
        for located in draft.located:
            self._books.apply(located, segment)

    def _mark(self, segment: Segment, lost: Sequence[Range], reason: str) -> None:
        """What goes with a segment gets markers; the anchors that are needed longer than it are written again."""
        now_ns = self.last_known(self.boot).clock_ns
        markers = [dropped(span, reason, now_ns) for span in lost]
        carried = self._books.carried_from(segment)
        if markers or carried:
            self._insist([*markers, *carried])
        for first, last in lost:
            self._books.drop(first, last)

    def _read_back(self, segment: Segment) -> None:
        """A full segment is read once from the medium: a card that gives back other bytes is worth knowing early."""
        if not self._reader.is_whole(segment):
            self.bad_read_backs += 1
            log.warning("%s did not read back as it was written; the card may be failing: replace it.", segment.name)

    def write_received(self) -> None:
        """Note the receipts in the file `received`; a disk that refuses, or a power cut, costs a resend only."""
        with suppress(OSError):
            self._noted.write(durable=False)

    def make_free(self, bytes_wanted: int) -> int:
        """Delete segments that are free to go, oldest first, whatever the limit; returns how many bytes were freed."""
        return self._room.free(bytes_wanted)

    def drop_oldest(self, reason: str) -> int:
        """Give up the oldest segment, with markers; returns how many bytes were freed, 0 where nothing may go.

        Raises:
            SpoolUnwritable: the markers could not be written, so nothing went.
        """
        return self._room.drop_oldest(reason)

    def rest(self) -> None:
        """Note the receipts and let go of the files, but not of the disk; the next append takes them up again."""
        self.write_received()
        self._writer.close()

    def drain(self) -> None:
        """Take no more records: it rests, and from here on it is another spool that looks after the room of all."""
        self.write_received()
        self._writer.end()
        self._room.alone()

    def close(self) -> None:
        """Note the receipts and let go of the disk."""
        self.rest()
        self._disk.unlock()
