"""The journal at start for sensors with two contacts: whatever the kill, the readings are those of an unbroken run."""

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_config.sensor import SensorConfig
from gateway.anchors.times import AnchorBook
from gateway.recorder.contact import GRACE_NS, Contact
from gateway.recorder.contact_intervals import ContactIntervals
from gateway.recorder.journal import Resumed, resume
from gateway.recorder.kinds import intervals_for, sensed, settings_of
from gateway.recorder.sampler import Sampler
from gateway.spool import Anchor, AnchorKind, BootNote, Edge, Entry, Located, Measured, ReadingEntry
from sensorhub.reading import Quality

S = 1_000_000_000
MS = 1_000_000
PERIOD = 10 * S
DEBOUNCE = 20 * MS
WALL = 1_764_000_000 * S
PAIRS = {
    "loop-pair": {"upstream": 4, "downstream": 5},
    "footfall": {"outer": 4, "inner": 5},
    "cycle-tubes": {"upstream": 4, "downstream": 5},
}

CLOSED = ReadingEntry("p", 10 * S, (Measured("vehicle_count", 1.0),))

Move = tuple[int, int]
"""Boot clock (ns) at which a contact changes, and which."""


class Clock:
    boot_id = UUID(int=1)

    def __init__(self, ns: int) -> None:
        self.ns = ns

    def now_ns(self) -> int:
        return self.ns


class Gateway:
    """A process over a journal that outlives it, a list in place of the spool; its one sensor has two contacts."""

    def __init__(self, kind: str, journal: list[Located], start_ns: int, levels: list[bool]) -> None:
        sensor = SensorConfig(id="p", kind=kind, pins=PAIRS[kind], debounce_ms=20)
        sensor = sensor.model_copy(update={"period_s": PERIOD // S})
        self.journal = journal
        self.settings = settings_of(sensor)
        self.clock = Clock(start_ns)
        self._append([BootNote(known_ns(journal), 0)])
        anchors = AnchorBook()
        contact = sensed(sensor, anchors)
        assert isinstance(contact, Contact)
        self.contact = contact
        self.resumed: Resumed = resume(list(journal), 0, [contact], anchors, {"p": self.settings}, lambda boot: ())
        if anchors.newest is None:
            anchors.note(Anchor(0, WALL, 0, AnchorKind.GIVEN))
            self._append([Anchor(0, WALL, 0, AnchorKind.GIVEN)])
        self.sampler = Sampler(self.clock, [contact])
        self._append([*self.resumed.readings])
        self._append([*self.sampler.observe("p", levels)])

    def commit(self, at_ns: int, *, torn: bool = False) -> None:
        self.clock.ns = max(self.clock.ns, at_ns)
        sample = self.sampler.tick()
        self._append([*sample.edges, *([] if torn else sample.readings)])

    def _append(self, entries: list[Entry]) -> None:
        for entry in entries:
            settings = self.settings if isinstance(entry, Edge | ReadingEntry) else None
            self.journal.append(Located(0, 0, entry, settings))


def known_ns(journal: list[Located]) -> int:
    return max(
        (located.entry.clock_ns for located in journal if isinstance(located.entry, Edge | ReadingEntry)), default=0
    )


def readings(journal: list[Located]) -> list[ReadingEntry]:
    return [located.entry for located in journal if isinstance(located.entry, ReadingEntry)]


def accepted(journal: list[Located]) -> list[Edge]:
    return [located.entry for located in journal if isinstance(located.entry, Edge)]


def drive(kind: str, moves: list[Move], commits: dict[int, int], kills: set[int], torn: set[int]) -> list[Located]:
    """Let contacts move; after some moves it is committed, so much later; after some commits it is killed.

    It starts again at once: what was not accepted happens again.
    """
    journal: list[Located] = []
    gateway = Gateway(kind, journal, 0, [False, False])
    at = 0
    while at < len(moves):
        clock_ns, channel = moves[at]
        level = sum(1 for _, other in moves[: at + 1] if other == channel) % 2 == 1
        gateway.clock.ns = max(gateway.clock.ns, clock_ns)
        gateway.sampler.put("p", clock_ns, level, channel)
        at += 1
        if at not in commits:
            continue
        following_ns = moves[at][0] if at < len(moves) else clock_ns + S
        gateway.commit(min(clock_ns + commits[at], following_ns), torn=at in kills and at in torn)
        if at in kills:
            kills = kills - {at}
            known = {(edge.clock_ns, edge.channel) for edge in accepted(journal)}
            at = next((number for number, move in enumerate(moves) if move not in known), len(moves))
            levels = [sum(1 for _, other in moves[:at] if other == channel) % 2 == 1 for channel in (0, 1)]
            gateway = Gateway(kind, journal, known_ns(journal), levels)
    gateway.commit(moves[-1][0] + 2 * PERIOD)
    return journal


def moves_of(gaps: list[tuple[int, int]]) -> list[Move]:
    now_ns, moves = 0, []
    for gap_ms, channel in gaps:
        now_ns += gap_ms * MS
        moves.append((now_ns, channel))
    return moves


GAPS = st.lists(st.tuples(st.integers(21, 4_000), st.integers(0, 1)), min_size=1, max_size=60)
AT = st.integers(1, 60)
COMMITS = st.dictionaries(AT, st.sampled_from([0, 10 * MS, 25 * MS, 300 * MS, 3 * S]), max_size=40)


@pytest.mark.parametrize("kind", PAIRS)
@settings(deadline=None)
@given(GAPS, COMMITS, st.sets(AT, max_size=8), st.sets(AT, max_size=8))
def test_journal_of_two_contacts_after_kills_gives_the_readings_of_an_unbroken_run(
    kind: str, gaps: list[tuple[int, int]], commits: dict[int, int], kills: set[int], torn: set[int]
) -> None:
    moves = moves_of(gaps)
    found = readings(drive(kind, moves, commits, kills, torn))
    assert found == readings(drive(kind, moves, {}, set(), set()))
    assert len({reading.clock_ns for reading in found}) == len(found)


def unbroken(gateway: Gateway, journal: list[Located], gaps: list[tuple[int, int]]) -> list[ReadingEntry]:
    """The readings of one process that has the journal's edges, and that did not see its contacts in the gaps."""
    anchors = AnchorBook()
    anchors.note(Anchor(0, WALL, 0, AnchorKind.GIVEN))
    intervals = intervals_for(gateway.settings, anchors)
    assert isinstance(intervals, ContactIntervals)
    lost, found = dict(gaps), []
    for edge in accepted(journal):
        if edge.observed:
            if edge.channel == 0 and edge.clock_ns in lost:
                intervals.lose(lost[edge.clock_ns])
            intervals.observe(edge.clock_ns, edge.level, edge.channel)
        else:
            intervals.edge(edge.clock_ns, edge.level, edge.channel)
        found += intervals.close_until(edge.clock_ns)
    return found + intervals.close_until(gateway.clock.ns - DEBOUNCE - GRACE_NS)


@pytest.mark.parametrize("kind", PAIRS)
@settings(deadline=None)
@given(GAPS, COMMITS, st.dictionaries(AT, st.integers(1, 25 * S // MS), max_size=5))
def test_journal_of_two_contacts_after_time_passed_gives_what_was_accepted_once(
    kind: str, gaps: list[tuple[int, int]], commits: dict[int, int], kills: dict[int, int]
) -> None:
    """The contacts move on while nobody looks; what an interval was not observed throughout is partial."""
    journal: list[Located] = []
    gateway = Gateway(kind, journal, 0, [False, False])
    levels, late_ns, breaks = [False, False], 0, []
    for number, (clock_ns, channel) in enumerate(moves_of(gaps), 1):
        levels[channel] = not levels[channel]
        gateway.clock.ns = clock_ns + late_ns
        gateway.sampler.put("p", clock_ns + late_ns, levels[channel], channel)
        if number in commits:
            gateway.commit(clock_ns + late_ns + commits[number])
            late_ns = max(late_ns, gateway.clock.ns - clock_ns)
        if number in kills:
            late_ns += kills[number] * MS
            gateway = Gateway(kind, journal, clock_ns + late_ns, list(levels))
            breaks.append((gateway.clock.ns, gateway.resumed.last_ns))
    gateway.commit(gateway.clock.ns + 2 * PERIOD)
    found = readings(journal)
    assert found == unbroken(gateway, journal, breaks)
    assert len({reading.clock_ns for reading in found}) == len(found)


def test_journal_cut_short_knows_each_contact_by_its_first_edge() -> None:
    """What told how they were went with a segment; the vehicle that came then counts all the same."""
    whole: list[Edge | ReadingEntry] = [
        Edge("p", 1 * S, False, observed=True),
        Edge("p", 1 * S, False, observed=True, channel=1),
        *vehicle(2 * S),
        *vehicle(12 * S),
        *vehicle(15 * S),
    ]
    kept = [*whole[:6], CLOSED, *whole[6:]]
    assert counts(replayed(kept)) == counts(replayed(kept[2:])) == counts(replayed(kept[6:])) == [2]
    assert counts(replayed(kept[7:])) == [2]


def test_journal_cut_short_within_a_vehicle_gives_the_same_coverage() -> None:
    kept: list[Edge | ReadingEntry] = [CLOSED, *vehicle(12 * S)[1:], *vehicle(15 * S)]
    (reading,) = replayed(kept).intervals.close_until(20 * S)
    assert {measured.quality for measured in reading.values} == {Quality.PARTIAL}
    values = {measured.quantity: measured.value for measured in reading.values}
    assert values["vehicle_count"] == 2  # it stood there when the interval began, as far as is known
    assert values["coverage"] == pytest.approx(55)  # until its last edge


def test_journal_cut_short_of_which_one_contact_has_no_edge_does_not_know_it() -> None:
    kept: list[Edge | ReadingEntry] = [CLOSED, Edge("p", 12 * S, True), Edge("p", 13 * S, False)]
    contact = replayed(kept)
    contact.observe(16 * S, (False, False))
    (reading,) = contact.intervals.close_until(20 * S)
    assert {each.quantity: each.value for each in reading.values}["coverage"] == 40


def vehicle(at_ns: int) -> list[Edge]:
    """At 72 km/h over loops of 2 m whose leading edges are 4 m apart (or what the kind's constants say)."""
    return [
        Edge("p", at_ns, True),
        Edge("p", at_ns + 200 * MS, True, channel=1),
        Edge("p", at_ns + 300 * MS, False),
        Edge("p", at_ns + 500 * MS, False, channel=1),
    ]


def replayed(entries: list[Edge | ReadingEntry]) -> Contact:
    sensor = SensorConfig(id="p", kind="loop-pair", pins=PAIRS["loop-pair"], period_s=10)
    anchors, known = AnchorBook(), settings_of(sensor)
    contact = sensed(sensor, anchors)
    assert isinstance(contact, Contact)
    journal = [Located(0, 0, Anchor(0, WALL, 0, AnchorKind.GIVEN))]
    journal += [Located(int(isinstance(entry, ReadingEntry)), 0, entry, known) for entry in entries]
    resume(journal, 0, [contact], anchors, {"p": known}, lambda boot: ())
    return contact


def counts(contact: Contact) -> list[float]:
    found = contact.intervals.close_until(20 * S)
    return [each.value for reading in found for each in reading.values if each.quantity == "vehicle_count"]
