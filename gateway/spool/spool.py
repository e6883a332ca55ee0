"""The spool of a gateway: a durable log of records and journal entries, in one folder per epoch.

A plain synchronous object for one thread: it owns no thread, socket or sleep, and reads no wall time.
"""

import errno
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from uuid import UUID

from gateway.spool.disk import ROOT, Disk
from gateway.spool.draft import Draft, draft_group
from gateway.spool.entries import Anchor, BootNote, Entry, Located, MarkerEntry, Seal, SensorSettings
from gateway.spool.errors import SealRefused, SpoolFull, SpoolUnwritable
from gateway.spool.reader import Reader
from gateway.spool.receipts import ReceivedFile
from gateway.spool.recovery import UNREADABLE, Recovered, recover
from gateway.spool.room import Room, SpoolLimits
from gateway.spool.writer import Writer
from sensorhub.names import is_hex16
from sensorhub.ranges import Range, RangeSet


def epochs(disk: Disk) -> list[str]:
    """The epochs that have a folder on this disk, in the order of their names."""
    return sorted(folder for folder in disk.folders() if is_hex16(folder))


class Spool:
    """Made by `Spool.open`.

    Arguments:
        recovered: what was found on the disk. Beside what the properties say, a spool has its `epoch` (16 hex
            digits), `boot` (index of the present one), `next` (the sequence that the next record gets) and
            `findings` (what recovery found wrong, sentences for the log).
    """

    def __init__(
        self, disk: Disk, gateway: str, boot_id: UUID, epoch: str, limits: SpoolLimits, recovered: Recovered
    ) -> None:
        self.epoch = epoch
        self.next = recovered.next
        self.findings = tuple(recovered.findings)
        self._disk = disk
        self._books = recovered.books
        self._dictionary = recovered.dictionary
        self._segments = recovered.segments
        self._defined: tuple[str, ...] = ()
        self.boot = self._books.boot = self._dictionary.boot_index(boot_id)
        self._noted = ReceivedFile(disk, epoch, self.received)
        self._room = Room(disk, epoch, limits, self._segments, self._books, self._noted)
        self._reader = Reader(disk, epoch, self._segments, self._dictionary)
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
            epoch: which one to open; by default the one there is (the last by name, were there several).

        Raises:
            SpoolInUse: another process has it.
            SpoolUnwritable: the disk refuses to be written; damaged content is never a reason.
        """
        with ExitStack() as undo:
            try:
                disk.lock()
                undo.callback(disk.unlock)
                chosen = epoch or next(reversed(epochs(disk)), None) or _make_epoch(disk, new_epoch())
                spool = cls(disk, gateway, boot_id, chosen, limits, recover(disk, chosen, gateway, boot_id))
            except OSError as error:
                raise SpoolUnwritable(
                    f"The spool of {gateway} cannot be opened: {error.strerror or error}. Check that its folder "
                    "exists on a healthy card and belongs to the user that the gateway runs as."
                ) from error
            undo.pop_all()
            return spool

    def _begin(self, recovered: Recovered) -> None:
        alive = self.last_known(self.boot)
        markers = [
            MarkerEntry("dropped", alive.clock_ns, f"{first}-{last} {UNREADABLE}") for first, last in recovered.lost
        ]
        self._commit(self._draft([alive, *markers]))
        self._room.set_aside(recovered.aside)

    @property
    def boots(self) -> Mapping[int, UUID]:
        """The boots that entries name, by index."""
        return self._dictionary.boots

    @property
    def sealed(self) -> RangeSet:
        """Every sequence ever sealed that can still be known."""
        return self._books.sealed

    @property
    def received(self) -> RangeSet:
        """Every sequence that a receipt has named."""
        return self._books.received

    @property
    def open_seals(self) -> Mapping[int, Seal]:
        """Seals, by first sequence, whose records are not all received."""
        return self._books.open_seals

    @property
    def lowest(self) -> int:
        """The lowest sequence still kept; `next` where none is."""
        return next((first for first, _ in self._books.kept), self.next)

    @property
    def unreceived(self) -> int:
        """How many records have no receipt."""
        return self._books.unreceived()

    @property
    def used_bytes(self) -> int:
        """What it takes on the disk, but for names and the file of receipts."""
        return self._room.used_bytes

    @property
    def free_bytes(self) -> int:
        """What may still be written, by the limit or by the disk, whichever is nearer."""
        return self._room.free_bytes

    def define(self, sensors: Sequence[SensorSettings]) -> None:
        """Name the sensors of this process, before the first append that names one of them.

        Until then a sensor's id stands for the newest settings that the spool knows, so that an interval which
        older settings left open is closed under those.
        """
        for settings in sensors:
            self._dictionary.define(settings)
        self._defined = tuple(settings.id for settings in sensors)

    def sensor(self, sensor_id: str) -> SensorSettings | None:
        """The newest settings of a sensor, None where it was never defined."""
        return self._dictionary.sensor(sensor_id)

    def last_known(self, boot: int) -> BootNote:
        """When a boot was last known to be alive, by its clock; its wall time then, 0 where nobody knew."""
        return self._books.notes.get(boot, BootNote(0, 0))

    def append(self, entries: Sequence[Entry]) -> int:
        """Accept entries: when it returns they are on disk, all of them; when it raises none is accepted.

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
        self._check_seals(draft)
        over = self._room.over(draft.bytes, journal=draft.is_journal)
        if over > 0 and self._room.free(over) < over:
            raise self._full()
        try:
            self._commit(draft)
        except SpoolUnwritable as error:
            no_space = isinstance(error.__cause__, OSError) and error.__cause__.errno == errno.ENOSPC
            if not no_space:
                raise
            if not self._room.free(draft.bytes):
                raise self._full() from error
            self._commit(draft)
        return draft.first

    def _full(self) -> SpoolFull:
        return SpoolFull(
            f"The spool holds {self.used_bytes:,} bytes, {self.unreceived:,} records without a receipt among them, and "
            "has no room: what is measured now is not kept. Bring the connection to the hub back, or raise its limit."
        )

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

    def scan(self, from_sequence: int = 0) -> Iterator[Located]:
        """All entries kept, in file order; see `Reader.scan`."""
        return self._reader.scan(from_sequence)

    def records(self, first: int, last: int) -> list[Located]:
        """The records that overlap first to last; see `Reader.records`."""
        return self._reader.records(first, last)

    def anchors(self, boot: int) -> Sequence[Anchor]:
        """The anchors of one boot in file order, at most its first and last thousand."""
        return self._books.anchors(boot)

    def unsealed(self) -> list[Range]:
        """Ranges given out and kept, neither sealed nor received."""
        return self._books.unsealed()

    def receive(self, epoch: str, ranges: Sequence[Range]) -> int:
        """Note what a receipt names; of another epoch, or never sealed, nothing. Returns how many are new."""
        return self._books.receive(ranges) if epoch == self.epoch else 0

    def unreceive(self, epoch: str, ranges: Sequence[Range]) -> int:
        """Take receipts back for records that are still kept: a new store does not have them.

        Returns:
            How many went back to the backlog.
        """
        if epoch != self.epoch:
            return 0
        back = self._books.unreceive(ranges)
        if back:
            for located in self._reader.scan(0):
                if isinstance(located.entry, Seal):
                    self._books.reopen(located.entry)
        return back

    def write_received(self) -> None:
        """Note the receipts in the file `received`; a disk that refuses, or a power cut, costs a resend only."""
        with suppress(OSError):
            self._noted.write(durable=False)

    def make_room(self, bytes_needed: int) -> int:
        """Delete segments that are free to go, oldest first, until so many more bytes are within the limit.

        Returns:
            How many bytes were freed.
        """
        return self._room.free(self._room.over(bytes_needed, journal=True))

    def close(self) -> None:
        """Note the receipts and let go of the disk."""
        self.write_received()
        self._writer.close()
        self._disk.unlock()


def _make_epoch(disk: Disk, epoch: str) -> str:
    # A folder under its final name is whole, also after a power cut.
    if not is_hex16(epoch):
        raise ValueError(f"{epoch!r} is no epoch: draw 16 hex digits")
    if (temporary := f"{epoch}.tmp") not in disk.folders():
        disk.make_folder(temporary)
    disk.rename(ROOT, temporary, epoch)
    disk.sync_folder(ROOT)
    return epoch
