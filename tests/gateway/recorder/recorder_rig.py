"""One recorder over a spool that can be told to refuse, for tests that drive contacts by a clock of their own."""

from collections.abc import Sequence
from uuid import UUID

from firmware_config.sensor import SensorConfig
from gateway.anchors.sources import GivenAnchors
from gateway.recorder.contacts import Found
from gateway.recorder.faults import Faults
from gateway.recorder.group import Accepted
from gateway.recorder.recorder import Recorder
from gateway.spool import (
    Anchor,
    AnchorKind,
    Edge,
    Entry,
    Epochs,
    MarkerEntry,
    ReadingEntry,
    Spool,
    SpoolFull,
    SpoolLimits,
    SpoolUnwritable,
)
from sensorhub.clock import MachineClock
from tests.gateway.spool.memory_disk import MemoryDisk

S = 1_000_000_000
MS = 1_000_000
WALL = 1_764_000_000 * S


class Clock:
    boot_id = UUID(int=1)
    ns = 0

    def now_ns(self) -> int:
        return self.ns


class RefusingEpochs(Epochs):
    """Spools that can be full (journal entries still find room; while crammed, no closing readings), or on a card that
    takes nothing."""

    full = False
    crammed = False
    dead = False
    appends = 0

    def append(self, entries: Sequence[Entry], *, closing: bool = False) -> int:
        if not entries:
            return 0
        self.appends += 1
        if self.dead:
            raise SpoolUnwritable("The card takes nothing.")
        if (
            self.full
            and (self.crammed or not closing)
            and any(isinstance(entry, ReadingEntry | Edge) for entry in entries)
        ):
            raise SpoolFull("The spool is full.")
        return super().append(entries, closing=closing)

    def begin(self, cut: Sequence[Entry], opening: Sequence[Entry]) -> Spool:
        if not self.full:
            return super().begin(cut, opening)
        super().begin([], [entry for entry in opening if isinstance(entry, Anchor)])
        raise SpoolFull("The spool is full.")


TWO_CONTACTS = tuple(SensorConfig(id=sensor, pin=pin, period_s=10) for sensor, pin in (("a", 4), ("b", 5)))


class RecorderRig:
    """Contacts `a` and `b` with intervals of 10 s, open at boot clock 0; wall time is a whole interval then.

    Arguments:
        levels: whether each contact is active at the start, those of all sensors in their order.
        sensors: others instead of the two.
    """

    def __init__(
        self,
        disk: MemoryDisk | None = None,
        start_ns: int = 0,
        levels: Sequence[bool] = (False, False),
        *,
        full: bool = False,
        crammed: bool = False,
        sensors: Sequence[SensorConfig] = TWO_CONTACTS,
    ) -> None:
        self.disk = disk or MemoryDisk()
        self.clock = Clock()
        self.clock.ns = start_ns
        epochs = RefusingEpochs.open(
            self.disk, "g", Clock.boot_id, limits=SpoolLimits(bytes_max=2**26), new_epoch=self._draw
        )
        assert isinstance(epochs, RefusingEpochs)
        self.spool = epochs
        epochs.full, epochs.crammed = full, crammed
        self.anchors = GivenAnchors(Anchor(0, WALL, 0, AnchorKind.GIVEN))
        self.faults = Faults(lambda: 0)
        self.recorder = Recorder(
            "g",
            sensors,
            clock=self.clock,
            machine=MachineClock(monotonic_s=lambda: self.clock.ns / S, wall_us=lambda: 0),
            anchors=self.anchors,
            faults=self.faults,
        )
        self.recorder.resume(epochs)
        self.sensors, each = sensors, iter(levels)
        self.recorder.observed(
            [
                Found(sensor.id, start_ns, tuple(next(each) for _ in sensor.pin_of))
                for sensor in sensors
                if sensor.entry.reads != "samples"
            ]
        )
        self.accepted: list[Edge] = []
        self.commit()

    def _draw(self) -> str:
        return f"{len(self.disk.folders()) + 1:016x}"

    def edge(self, sensor: str, at_ns: int, level: bool, channel: int = 0) -> None:
        """A contact changes, and settles; nothing is committed."""
        self.clock.ns = at_ns
        self.recorder.sampler.put(sensor, at_ns, level, channel)
        self.clock.ns = at_ns + 20 * MS

    def commit(self, at_ns: int | None = None) -> Accepted:
        self.clock.ns = self.clock.ns if at_ns is None else at_ns
        accepted = self.recorder.append(self.recorder.collect())
        self.accepted += accepted.edges
        return accepted

    def restarted(
        self, at_ns: int, levels: Sequence[bool] = (False, False), *, full: bool = False, crammed: bool = False
    ) -> "RecorderRig":
        """The same gateway after kill -9, in the same boot."""
        return RecorderRig(self.disk, at_ns, levels, full=full, crammed=crammed, sensors=self.sensors)

    def readings(self, sensor: str) -> list[tuple[int, dict[str, float]]]:
        """End (s of boot clock) and values of each stored reading, in the order of epochs and files."""
        return [
            (located.entry.clock_ns // S, {measured.quantity: measured.value for measured in located.entry.values})
            for spool in self.spool.all
            for located in spool.scan()
            if isinstance(located.entry, ReadingEntry) and located.entry.sensor == sensor
        ]

    def markers(self) -> list[str]:
        return [
            f"{located.entry.kind} {located.entry.text}"
            for spool in self.spool.all
            for located in spool.scan()
            if isinstance(located.entry, MarkerEntry)
        ]


def closures(rig: RecorderRig, sensor: str) -> list[tuple[int, float]]:
    """End (s) and closures of each stored reading."""
    return [(end, values["actuation_count"]) for end, values in rig.readings(sensor)]


def coverage(rig: RecorderRig, sensor: str) -> dict[int, float]:
    """How much of each interval was observed (/100), by its end (s)."""
    return {end: values.get("coverage", 100.0) for end, values in rig.readings(sensor)}
