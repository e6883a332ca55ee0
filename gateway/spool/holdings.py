"""What one spool holds: its records by number, what is sealed and received of them, its anchors and boots."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from uuid import UUID

from gateway.spool.books import Books
from gateway.spool.dictionary import Dictionary
from gateway.spool.entries import Anchor, BootNote, Located, Seal, SensorSettings
from gateway.spool.reader import Reader
from sensorhub.ranges import Range, RangeSet


class Holdings:
    """The side of a spool from which packs are made and on which receipts are noted.

    Arguments:
        epoch: 16 hex digits.
        books, dictionary, reader: the spool's own.
    """

    next: int
    """The sequence that the next record gets."""
    may_have_sealed: RangeSet
    """Kept records without a seal, where a seal may have been among what cannot be read."""

    def __init__(self, epoch: str, books: Books, dictionary: Dictionary, reader: Reader) -> None:
        self.epoch = epoch
        self._books = books
        self._dictionary = dictionary
        self._reader = reader

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

    def sensor(self, sensor_id: str) -> SensorSettings | None:
        """The newest settings of a sensor, None where it was never defined."""
        return self._dictionary.sensor(sensor_id)

    def last_known(self, boot: int) -> BootNote:
        """When a boot was last known to be alive, by its clock; its wall time then, 0 where nobody knew."""
        return self._books.notes.get(boot, BootNote(0, 0))

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

    def settle_earlier(self, waiting: Collection[tuple[int, str]]) -> None:
        """Say that of earlier boots' edges all readings are made, but those of the (boot, sensor) that are waiting."""
        self._books.settle_earlier(waiting)

    def receive(self, epoch: str, ranges: Sequence[Range]) -> int:
        """Note what a receipt names; of another epoch, or never sealed, nothing. Returns how many are new."""
        if epoch != self.epoch:
            return 0
        for first, last in ranges:  # what a receipt names was sent, so it was sealed, and only the seal is lost
            for part in self.may_have_sealed.within(first, last):
                self.may_have_sealed.remove(*part)
                self._books.sealed.add(*part)
        return self._books.receive(ranges)

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
            self._books.release()
        return back
