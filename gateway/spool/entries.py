"""What the spool keeps: records (numbered) and journal entries (never sent), as frozen values."""

from dataclasses import dataclass
from enum import IntEnum

from sensorhub.ranges import Range
from sensorhub.reading import Quality


class AnchorKind(IntEnum):
    """Where an anchor has its wall time from."""

    NTP = 1
    RECEIPT = 2
    GIVEN = 3
    ESTIMATED = 4


@dataclass(frozen=True, slots=True)
class SensorSettings:
    """What the spool must know of a sensor to make its packs again, whatever the configuration says by then.

    Arguments:
        id: unique on the gateway.
        kind: as in the catalogue.
        period_ms: length of its intervals, 0 where it has none.
        hash: 8 bytes that change when its settings change.
        told: what its kind must know to make its open interval, as JSON; empty in spools of the first software.
    """

    id: str
    kind: str
    period_ms: int
    hash: bytes
    told: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """One quantity of a reading entry; `value` is finite and in the quantity's unit."""

    quantity: str
    value: float
    quality: Quality = Quality.GOOD


@dataclass(frozen=True, slots=True)
class ReadingEntry:
    """All quantities of one sensor at one instant; takes as many sequences as it has values.

    Arguments:
        sensor: id.
        clock_ns: boot clock.
        values: at least one.
        boot: index of the boot `clock_ns` counts from, where an interval of an earlier boot is closed; by
            default the current one. Entries read back leave it out: `Located` has it.
    """

    sensor: str
    clock_ns: int
    values: tuple[Measured, ...]
    boot: int | None = None


@dataclass(frozen=True, slots=True)
class MarkerEntry:
    """A record that says what is missing: kind `dropped` or `rejected`."""

    kind: str
    clock_ns: int
    text: str


@dataclass(frozen=True, slots=True)
class Edge:
    """A contact changed, or was found so.

    Arguments:
        sensor: id.
        clock_ns: boot clock.
        level: whether it is active: closed, or open where the sensor says so.
        observed: whether it is observed from here on, and no edge.
        channel: which of the sensor's contacts, from 0, in the order of its kind's inputs.
    """

    sensor: str
    clock_ns: int
    level: bool
    observed: bool = False
    channel: int = 0


@dataclass(frozen=True, slots=True)
class Anchor:
    """At `clock_ns` of the boot clock the wall clock was `wall_ns`, give or take `error_ns`.

    Arguments:
        boot: index of the boot, where one of an earlier boot is carried over to a newer segment; by default the
            current one. Anchors read back leave it out: `Located` has it.
    """

    clock_ns: int
    wall_ns: int
    error_ns: int
    source: AnchorKind
    boot: int | None = None


@dataclass(frozen=True, slots=True)
class Seal:
    """The promise that records first to last go out as one pack, with the times that these anchors give.

    Arguments:
        boot: index of the one boot the records are of.
        first: sequence of the first record.
        count: number of records, 1 to 1,000.
        anchors: one or two, by value.
        version: of the pack's format.
    """

    boot: int
    first: int
    count: int
    anchors: tuple[Anchor, ...]
    version: int = 1

    @property
    def last(self) -> int:
        """Sequence of the last record."""
        return self.first + self.count - 1

    @property
    def range(self) -> Range:
        """First and last sequence."""
        return self.first, self.last


@dataclass(frozen=True, slots=True)
class BootNote:
    """The gateway was alive at `clock_ns` of a boot, when the wall clock said `wall_ns` (0: nobody knew)."""

    clock_ns: int
    wall_ns: int


Entry = ReadingEntry | MarkerEntry | Edge | Anchor | Seal | BootNote


@dataclass(frozen=True, slots=True)
class Located:
    """An entry as it stands in the spool.

    Arguments:
        sequence: of the record, the first one of a reading; 0 where it is not numbered.
        boot: index of the boot its clock counts from.
        entry: what was appended.
        settings: of the sensor of a reading or an edge, as they were when it was appended.
    """

    sequence: int
    boot: int
    entry: Entry
    settings: SensorSettings | None = None

    @property
    def count(self) -> int:
        """How many sequences it takes."""
        if isinstance(self.entry, ReadingEntry):
            return len(self.entry.values)
        return 1 if isinstance(self.entry, MarkerEntry) else 0

    @property
    def last(self) -> int:
        """Its last sequence; meaningless where it is not numbered."""
        return self.sequence + self.count - 1

    @property
    def period_ms(self) -> int:
        """Length of the intervals of its sensor, 0 where there are none."""
        return self.settings.period_ms if self.settings else 0
