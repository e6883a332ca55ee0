"""The parts of the kill harness: its checks find what is wrong, its seeds are repeatable, its processes end.

Whole seeds run by `make chaos-kill`; here is what makes their verdict worth something.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import duckdb
import pytest

from gateway.spool.disk import RealDisk
from gateway.spool.entries import Anchor, AnchorKind, Edge, Measured, ReadingEntry, Seal, SensorSettings
from gateway.spool.room import SpoolLimits
from gateway.spool.spool import Spool
from sensorhub.ranges import RangeSet
from tests.delivery.kill.checks import (
    Known,
    Verdict,
    check_closures,
    check_freed,
    check_points,
    check_records,
    check_times,
)
from tests.delivery.kill.disks import MiB, SmallDisks, fill, make_room
from tests.delivery.kill.ledgers import Ledger, read_ledger
from tests.delivery.kill.nemesis import LASTS_S, draw_events
from tests.delivery.kill.parts import Part
from tests.delivery.kill.rig import draw_plan
from tests.delivery.kill.spools import Accepted, SpoolCopy, copy_spool, read_spool
from tests.delivery.kill.stored import Stored, read_hub

GATEWAY, EPOCH, BOOT = "gateway-1", "00000000000000aa", str(UUID(int=7))
TIME_US = 1_764_000_000_000_000
CLOCK_NS = 5_000_000_000


def _known() -> Known:
    """Five accepted readings, one second after another."""
    known = Known()
    for number in range(1, 6):
        clock_ns = CLOCK_NS + number * 10**9
        record = Accepted("contact-1", "actuation_count", float(number), 0, BOOT, clock_ns, 1_000)
        known.records[GATEWAY, EPOCH, number] = record
        known.times_us[GATEWAY, EPOCH, number] = TIME_US + number * 10**6, 20_000
    return known


def _store(folder: Path, change: str) -> Stored:
    """A hub's store with the five readings, after a change in SQL."""
    folder.mkdir()
    with duckdb.connect(str(folder / "readings.duckdb")) as database:
        database.execute(
            "create table readings (gateway varchar, epoch varchar, sequence bigint, sensor varchar, quantity varchar, "
            "time_us bigint, value double, quality utinyint, arrived_us bigint);"
            "create table markers (gateway varchar, epoch varchar, sequence bigint, kind varchar, time_us bigint, "
            "text varchar, arrived_us bigint);"
            "create table ranges (gateway varchar, epoch varchar, first_sequence bigint, last_sequence bigint, "
            "hash varchar, arrived_us bigint, refused varchar)"
        )
        database.execute(
            f"insert into readings select '{GATEWAY}', '{EPOCH}', n, 'contact-1', 'actuation_count', "
            f"{TIME_US} + n * 1000000, n, 0, 0 from range(1, 6) as numbers(n)"
        )
        database.execute(f"insert into ranges values ('{GATEWAY}', '{EPOCH}', 1, 5, '', 0, '[]')")
        if change:
            database.execute(change)
    return read_hub(folder)


def _counts(verdict: Verdict) -> tuple[int, int, int]:
    return verdict.lost, verdict.duplicated, verdict.altered


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("", (0, 0, 0)),
        ("delete from readings where sequence = 3", (1, 0, 0)),
        ("insert into readings select * from readings where sequence = 2", (0, 1, 0)),
        ("update readings set value = 9 where sequence = 4", (0, 0, 1)),
        ("update readings set time_us = time_us + 1 where sequence = 4", (0, 0, 1)),
        ("update readings set quality = 4 where sequence = 5", (0, 0, 1)),
        ("update readings set sensor = 'contact-2' where sequence = 5", (0, 0, 1)),
        ("update readings set sequence = 6 where sequence = 5", (1, 1, 0)),
        ("update readings set epoch = 'bb' where sequence = 5", (1, 0, 0)),
        ("insert into readings select gateway, 'bb', sequence, sensor, quantity, time_us, value, quality, 0 "
         "from readings where sequence = 1", (0, 1, 0)),
    ],
)  # fmt: skip
def test_check_of_records_finds_what_a_store_has_wrong(
    change: str, found: tuple[int, int, int], tmp_path: Path
) -> None:
    verdict = Verdict()
    check_records(_known(), _store(tmp_path / "hub", change), verdict)
    assert _counts(verdict) == found
    assert bool(verdict.broken) == any(found)


def test_check_of_records_takes_no_dead_letter_for_a_reading(tmp_path: Path) -> None:
    verdict = Verdict()
    refused = "update ranges set refused = '[[2,2]]'; delete from readings where sequence = 2"
    check_records(_known(), _store(tmp_path / "hub", refused), verdict)
    assert len(verdict.broken) == 1


def _points() -> Stored:
    stored = Stored()
    for number in range(1, 6):
        stored.points[GATEWAY, "contact-1", "actuation_count", TIME_US + number * 10**6] = float(number)
    stored.commit(GATEWAY, EPOCH, 1, 5)
    return stored


_THIRD = (GATEWAY, "contact-1", "actuation_count", TIME_US + 3 * 10**6)


def _change_points(stored: Stored, what: str) -> None:
    if what == "missing":
        del stored.points[_THIRD]
    elif what == "altered":
        stored.points[_THIRD] = 9.0
    elif what == "more":
        stored.points[(*_THIRD[:3], TIME_US)] = 1.0
    elif what == "unclaimed":
        stored.committed[GATEWAY, EPOCH].remove(3, 3)
        del stored.points[_THIRD]


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ("nothing", (0, 0, 0)),
        ("missing", (1, 0, 0)),
        ("altered", (0, 0, 1)),
        ("more", (0, 1, 0)),
        ("unclaimed", (1, 0, 0)),
    ],
)
def test_check_of_points_finds_what_a_store_has_wrong(what: str, found: tuple[int, int, int]) -> None:
    stored, verdict = _points(), Verdict()
    _change_points(stored, what)
    check_points(_known(), stored, verdict)
    assert _counts(verdict) == found


def test_check_of_points_finds_two_readings_of_one_time() -> None:
    known, verdict = _known(), Verdict()
    known.times_us[GATEWAY, EPOCH, 4] = known.times_us[GATEWAY, EPOCH, 3]
    check_points(known, _points(), verdict)
    assert verdict.duplicated


def test_known_records_that_change_are_altered() -> None:
    known, verdict = _known(), Verdict()
    record = known.records[GATEWAY, EPOCH, 2]
    known.add(GATEWAY, SpoolCopy(records={(EPOCH, 2): record}), verdict)
    assert verdict.altered == 0
    known.add(GATEWAY, SpoolCopy(records={(EPOCH, 2): replace(record, value=8.0)}), verdict)
    assert verdict.altered == 1


def test_check_of_freed_records_finds_one_that_is_not_committed() -> None:
    hub, verdict = _points(), Verdict()
    check_freed(GATEWAY, SpoolCopy(received={EPOCH: RangeSet([(1, 5)])}), hub, verdict)
    assert verdict.broken == []
    check_freed(GATEWAY, SpoolCopy(received={EPOCH: RangeSet([(1, 6)])}), hub, verdict)
    assert "[(6, 6)]" in verdict.broken[0]


@pytest.mark.parametrize(("off_us", "altered"), [(0, 0), (400_000, 0), (700_000, 1)])
def test_check_of_times_allows_what_the_anchor_says(off_us: int, altered: int) -> None:
    known, verdict = _known(), Verdict()
    time_us, error_us = known.times_us[GATEWAY, EPOCH, 1]
    known.times_us[GATEWAY, EPOCH, 1] = time_us + off_us, error_us
    check_times(known, GATEWAY, {BOOT: (TIME_US, CLOCK_NS)}, verdict)
    assert verdict.altered == altered


MOVES = [(BOOT, "contact-1", at * 10**9, at % 2 == 1) for at in range(1, 5)]


@pytest.mark.parametrize(
    ("accepted", "stored", "may_reject", "found"),
    [
        (MOVES, 2, False, (0, 0)),
        (MOVES, 1, False, (1, 0)),
        (MOVES, 3, False, (0, 1)),
        (MOVES[:2], 1, False, (2, 0)),
        (MOVES[:2], 1, True, (0, 0)),
        (MOVES[:2], 2, True, (0, 0)),
        ([*MOVES, (BOOT, "contact-1", 9, False)], 2, False, (0, 1)),
    ],
)
def test_check_of_closures_finds_lost_and_doubled_ones(
    accepted: list[tuple[str, str, int, bool]], stored: int, may_reject: bool, found: tuple[int, int]
) -> None:
    ledger, verdict = Ledger(set(MOVES), set(accepted), set(MOVES) - set(accepted)), Verdict()
    check_closures(GATEWAY, ledger, Known(), {"contact-1": stored}, may_reject=may_reject, verdict=verdict)
    assert (verdict.lost, verdict.duplicated) == found


def test_ledger_tells_what_a_life_settled_and_did_not_accept(tmp_path: Path) -> None:
    lines: list[object] = [
        {"life": "a"},
        {"drive": ["x", 1, True]},
        {"drive": ["x", 5, False]},
        {"accepted": [], "until": 3},
        {"life": "a"},
        {"drive": ["x", 7, True]},
        {"accepted": [["x", 7, True]], "until": 9},
    ]
    before, after = lines[:4], lines[4:]
    torn = "".join(json.dumps(line) + "\n" for line in before) + '{"dri'
    text = torn + "\n" + "".join(json.dumps(line) + "\n" for line in after)
    (tmp_path / "ledger.jsonl").write_text(text)
    ledger = read_ledger(tmp_path / "ledger.jsonl")
    assert ledger.missing == {("a", "x", 1, True)}
    assert ledger.accepted == {("a", "x", 7, True)}


def test_spool_copy_has_records_times_edges_and_receipts(tmp_path: Path) -> None:
    spool = Spool.open(
        RealDisk(tmp_path / "spool"), GATEWAY, UUID(BOOT), limits=SpoolLimits(64 * MiB), new_epoch=lambda: EPOCH
    )
    spool.define([SensorSettings("contact-1", "detector", 1_000, b"settings")])
    anchor = Anchor(CLOCK_NS, TIME_US * 1_000, 20_000_000, AnchorKind.RECEIPT)
    reading = ReadingEntry("contact-1", CLOCK_NS + 10**9, (Measured("actuation_count", 3.0),))
    spool.append([anchor, Edge("contact-1", CLOCK_NS, True, observed=True), Edge("contact-1", CLOCK_NS + 5, False)])
    spool.append([reading])
    spool.append([Seal(spool.boot, 1, 1, (anchor,))])
    spool.receive(EPOCH, [(1, 1)])
    spool.write_received()

    copy = read_spool(copy_spool(tmp_path / "spool", tmp_path / "copy"), GATEWAY)
    spool.close()
    assert [(key, record.value) for key, record in copy.records.items()] == [((EPOCH, 1), 3.0)]
    assert copy.times_us == {(EPOCH, 1): (TIME_US + 10**6, 20_000)}
    assert copy.edges == {(BOOT, "contact-1", CLOCK_NS + 5, False)}
    assert list(copy.received[EPOCH]) == [(1, 1)]


@pytest.mark.parametrize("seed", range(1, 41))
def test_nemesis_draws_the_same_faults_again_and_kills_each_part(seed: int) -> None:
    plan = draw_plan(seed, "both")
    events = draw_events(plan, 24.0)
    assert events == draw_events(plan, 24.0)
    assert {event.kind for event in events} <= LASTS_S.keys()
    killed = {event.target for event in events if event.kind == "kill"}
    assert killed >= {"gateway-1", "gateway-2", "broker", "hub"}
    only_kills = draw_events(plan, 24.0, frozenset({"kill"}))
    assert {event.kind for event in only_kills} == {"kill"}


def test_small_disk_is_full_and_has_room_again(tmp_path: Path) -> None:
    disks = SmallDisks()
    try:
        if not disks.mount(tmp_path / "small", MiB):
            pytest.skip(f"no file system can be mounted here: {disks.refused}")
        fill(tmp_path / "small")
        with pytest.raises(OSError, match="No space"):
            (tmp_path / "small" / "more").write_bytes(bytes(8_192))
        make_room(tmp_path / "small")
        (tmp_path / "small" / "more").write_bytes(bytes(8_192))
    finally:
        disks.unmount()


@pytest.mark.parametrize("end", [Part.kill, Part.stop], ids=["kill", "stop"])
def test_part_that_is_frozen_ends_all_the_same(end: Callable[[Part], object], tmp_path: Path) -> None:
    part = Part("sleeper", ["sleep", "60"], tmp_path / "log", lambda _pid: True)
    part.start()
    assert part.look()
    part.freeze()
    end(part)
    assert part.process is None
    assert not part.look()
