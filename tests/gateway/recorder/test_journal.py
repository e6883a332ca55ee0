"""The journal at start: what a killed gateway goes on with."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from gateway.anchors.times import AnchorBook
from gateway.recorder.journal import resume
from gateway.recorder.sampler import Sampler
from gateway.spool import Anchor, AnchorKind, BootNote, Edge, Entry, Located, ReadingEntry, SensorSettings
from sensorhub.reading import Quality
from tests.gateway.recorder.contacts import contact

S = 1_000_000_000
MS = 1_000_000
PERIOD = 10 * S
WALL = 1_764_000_000 * S
SETTINGS = {
    "a": SensorSettings("a", "detector", 10_000, b"settings"),
    "b": SensorSettings("b", "detector", 10_000, b"x"),
}


class Clock:
    boot_id = UUID(int=1)

    def __init__(self) -> None:
        self.ns = 0

    def now_ns(self) -> int:
        return self.ns


class Gateway:
    """A gateway process over a journal that outlives it, a list in place of the spool."""

    def __init__(self, journal: list[Located], boot: int, start_ns: int, levels: dict[str, bool]) -> None:
        self.journal, self.boot = journal, boot
        self.clock = Clock()
        self.clock.ns = start_ns
        last = max((_clock(located) for located in journal if located.boot == boot), default=0)
        self._append([BootNote(last, 0)])
        anchors = AnchorBook()
        detectors = [contact(sensor, PERIOD, 20 * MS, anchors) for sensor in SETTINGS]
        self.resumed = resume(list(journal), boot, detectors, anchors, SETTINGS, lambda boot: ())
        if anchors.newest is None:
            anchors.note(Anchor(0, WALL, 0, AnchorKind.GIVEN))
            self._append([Anchor(0, WALL, 0, AnchorKind.GIVEN)])
        self.sampler = Sampler(self.clock, detectors)
        self._append(list(self.resumed.readings))
        self._append([edge for sensor in SETTINGS for edge in self.sampler.observe(sensor, [levels[sensor]])])

    def commit(self, torn: bool = False) -> None:
        sample = self.sampler.tick()
        self._append([*sample.edges, *([] if torn else sample.readings)])

    def _append(self, entries: list[Entry]) -> None:
        for entry in entries:
            boot = entry.boot if isinstance(entry, ReadingEntry) and entry.boot is not None else self.boot
            settings = SETTINGS[entry.sensor] if isinstance(entry, Edge | ReadingEntry) else None
            self.journal.append(Located(0, boot, entry, settings))


def _clock(located: Located) -> int:
    entry = located.entry
    return 0 if isinstance(entry, Anchor) or not hasattr(entry, "clock_ns") else int(entry.clock_ns)


def readings(journal: list[Located]) -> list[ReadingEntry]:
    return sorted(
        (located.entry for located in journal if isinstance(located.entry, ReadingEntry)),
        key=lambda reading: (reading.sensor, reading.clock_ns),
    )


def drive(edges: list[tuple[int, str]], kills: set[int], torn: bool) -> list[Located]:
    """Play edges (time, sensor toggled); at an index in `kills` the process dies and goes on where the journal ends."""
    journal: list[Located] = []
    levels = {"a": False, "b": False}
    gateway = Gateway(journal, 0, 0, levels)
    at = 0
    while at < len(edges):
        time, sensor = edges[at]
        gateway.clock.ns = time
        levels[sensor] = not levels[sensor]
        gateway.sampler.put(sensor, time, levels[sensor])
        at += 1
        if at % 3 == 0:
            gateway.commit(torn=torn and at in kills)
        if at in kills:
            kills = kills - {at}
            last = max(_clock(located) for located in journal)
            accepted = {(e.entry.clock_ns, e.entry.sensor) for e in journal if isinstance(e.entry, Edge)}
            levels = {"a": False, "b": False}
            for located in journal:
                if isinstance(located.entry, Edge):
                    levels[located.entry.sensor] = located.entry.level
            at = next((i for i, edge in enumerate(edges) if edge not in accepted and edge[0] >= last), len(edges))
            gateway = Gateway(journal, 0, last, levels)
    gateway.clock.ns = edges[-1][0] + 2 * PERIOD
    gateway.commit()
    return journal


@given(
    st.lists(st.tuples(st.integers(1, 60), st.sampled_from("ab")), min_size=1, max_size=60),
    st.sets(st.integers(1, 60), max_size=6),
    st.booleans(),
)
def test_journal_after_kills_gives_the_readings_of_an_unbroken_run(
    gaps: list[tuple[int, str]], kills: set[int], torn: bool
) -> None:
    now, edges = 0, []
    for gap, sensor in gaps:
        now += gap * 100 * MS
        edges.append((now, sensor))
    assert readings(drive(edges, kills, torn)) == readings(drive(edges, set(), False))


def test_journal_real_gap_makes_the_open_interval_partial() -> None:
    journal: list[Located] = []
    gateway = Gateway(journal, 0, 0, {"a": False, "b": False})
    gateway.clock.ns = 2 * S
    gateway.sampler.put("a", 2 * S, True)
    gateway.clock.ns = 3 * S
    gateway.commit()
    again = Gateway(journal, 0, 7 * S, {"a": True, "b": False})
    again.clock.ns = 11 * S
    again.commit()
    first = next(reading for reading in readings(journal) if reading.sensor == "a")
    values = {measured.quantity: measured.value for measured in first.values}
    assert values == {"actuation_count": 1.0, "occupancy": 60.0, "coverage": 50.0}
    assert {measured.quality for measured in first.values} == {Quality.PARTIAL}


def test_journal_earlier_boot_is_closed_partial_at_its_last_entry_once() -> None:
    journal: list[Located] = []
    gateway = Gateway(journal, 0, 0, {"a": False, "b": False})
    gateway.clock.ns = 4 * S
    gateway.sampler.put("a", 4 * S, True)
    gateway.clock.ns = 5 * S
    gateway.commit()
    for boot in (1, 2):
        Gateway(journal, boot, 1 * S, {"a": False, "b": False})
    closed = [located for located in journal if isinstance(located.entry, ReadingEntry) and located.boot == 0]
    assert [(located.entry.sensor, located.entry.clock_ns) for located in closed] == [("a", 4 * S), ("b", 4 * S)]  # type: ignore[union-attr]


def test_journal_earlier_boot_whose_last_interval_was_short_is_closed_once() -> None:
    """Found by `make chaos-simulated`, seed 45966: after the cut of one sensor another counted its last edge again."""
    journal = [
        Located(0, 0, Anchor(0, WALL, 0, AnchorKind.GIVEN)),
        Located(0, 0, Edge("a", 0, False, observed=True), SETTINGS["a"]),
        Located(0, 0, Edge("b", 9_900 * MS, False, observed=True), SETTINGS["b"]),
        Located(0, 0, Edge("a", 9_950 * MS, True), SETTINGS["a"]),
    ]
    levels = {"a": False, "b": False}
    closed = Gateway(journal, 1, 1 * S, levels).resumed.readings
    assert [(reading.sensor, reading.clock_ns, reading.values[0].value) for reading in closed] == [
        ("a", 9_950 * MS, 1.0),
        ("b", 10_400 * MS, 0.0),
    ]
    for boot in (1, 2, 3):
        assert Gateway(journal, boot, 1 * S, levels).resumed.readings == ()


def test_journal_interval_that_was_over_when_its_boot_ended_has_its_reading() -> None:
    """Found by `make chaos-kill`, seed 2: the boot went on after the interval's end, its reading was not committed."""
    journal: list[Located] = []
    gateway = Gateway(journal, 0, 0, {"a": False, "b": False})
    gateway.sampler.put("a", 4 * S, True)
    gateway.sampler.put("b", 11 * S, True)
    gateway.clock.ns = 12 * S
    gateway.commit(torn=True)
    Gateway(journal, 1, 1 * S, {"a": False, "b": False})
    counts = [
        (located.entry.sensor, located.entry.clock_ns, located.entry.values[0].value)
        for located in journal
        if isinstance(located.entry, ReadingEntry)
    ]
    assert ("a", 10 * S, 1.0) in counts
    assert sum(count for _, _, count in counts) == 2


def test_journal_other_settings_close_the_open_interval_partial() -> None:
    journal: list[Located] = []
    gateway = Gateway(journal, 0, 0, {"a": False, "b": False})
    gateway.clock.ns = 5 * S
    gateway.sampler.put("b", 4 * S, True)
    gateway.commit()
    anchors = AnchorBook()
    changed = {**SETTINGS, "a": SensorSettings("a", "detector", 5_000, b"other")}
    detectors = [contact(sensor, PERIOD, 20 * MS, anchors) for sensor in SETTINGS]
    resumed = resume(journal, 0, detectors, anchors, changed, lambda boot: ())
    assert [(reading.sensor, reading.clock_ns) for reading in resumed.readings] == [("a", 4 * S)]
    assert resumed.last_ns == 4 * S
