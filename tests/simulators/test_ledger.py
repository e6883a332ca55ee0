"""The player's ledger: what survives a kill, and what a restart finds when it compares ledger and spool."""

from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.spool.entries import Edge, Located, Measured, ReadingEntry, SensorSettings
from simulators.ledger import Ledger, driven_closures
from simulators.ledger_file import read_ledger
from simulators.moves import Bounced, Life, Verdict

BOOT = UUID(int=1)
SENSORS = ("detector-1", "detector-2")
EDGES = [
    Edge("detector-1", 10, True, observed=True),
    Edge("detector-2", 20, True),
    Edge("detector-2", 30, False),
    Edge("detector-1", 40, False),
    Edge("detector-1", 50, True),
]


def opened(tmp_path: Path, boot: UUID = BOOT) -> Ledger:
    return Ledger(tmp_path / "ledger.jsonl", boot, SENSORS)


def reading(sensor: str, end_ns: int, count: int) -> ReadingEntry:
    return ReadingEntry(sensor, end_ns, (Measured("actuation_count", float(count)), Measured("occupancy", 0.0)))


def kept(*entries: Edge | ReadingEntry) -> list[Located]:
    """As a spool of intervals of 1 ms holds them."""
    return [Located(0, 0, entry, SensorSettings(entry.sensor, "detector", 1, b"")) for entry in entries]


def test_closures_are_counted_but_not_what_was_found_at_start(tmp_path: Path) -> None:
    opened(tmp_path).accept(EDGES)
    assert driven_closures(tmp_path / "ledger.jsonl") == {"detector-1": 1, "detector-2": 1}


def test_ledger_of_no_edges_names_each_sensor(tmp_path: Path) -> None:
    opened(tmp_path)
    assert driven_closures(tmp_path / "ledger.jsonl") == {"detector-1": 0, "detector-2": 0}


def test_ledger_that_does_not_exist_counts_nothing(tmp_path: Path) -> None:
    assert driven_closures(tmp_path / "ledger.jsonl") == {}


@given(st.integers(1, 30))
def test_torn_last_line_is_discarded(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    folder = tmp_path_factory.mktemp("torn")
    opened(folder).accept(EDGES)
    path = folder / "ledger.jsonl"
    path.write_bytes(path.read_bytes()[:-cut])
    again = opened(folder)
    assert list(again.edges()) == EDGES[:-1]
    again.accept(EDGES[-1:])
    assert list(again.edges()) == EDGES


def test_another_boot_begins_anew(tmp_path: Path) -> None:
    opened(tmp_path).accept(EDGES)
    assert list(opened(tmp_path, UUID(int=2)).edges()) == []


def test_edge_in_the_journal_is_found(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    ledger.accept(EDGES)
    found = ledger.reconcile(kept(*EDGES))
    assert (found.lost, found.added) == ((), 0)


def test_edge_under_a_reading_is_found(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    ledger.accept(EDGES)
    found = ledger.reconcile(kept(reading("detector-2", 35, 1), *EDGES[3:], EDGES[0]))
    assert found.lost == ()


def test_edge_at_the_end_of_a_reading_is_not_under_it(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    ledger.accept([Edge("detector-1", 60, True)])
    assert ledger.reconcile(kept(reading("detector-1", 60, 1))).lost == (Edge("detector-1", 60, True),)


def test_edge_under_a_reading_that_counts_fewer_is_lost(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    ledger.accept([Edge("detector-1", at, at % 20 == 10) for at in range(10, 60, 10)])
    found = ledger.reconcile(kept(reading("detector-1", 100, 2)))
    assert found.lost == (Edge("detector-1", 10, True),)


def test_edge_that_is_nowhere_is_lost_and_stays_driven(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    ledger.accept(EDGES)
    assert ledger.reconcile(kept(*EDGES[:-1])).lost == (EDGES[-1],)
    path = tmp_path / "ledger.jsonl"
    assert read_ledger(path).lost == [EDGES[-1]]
    assert driven_closures(path)["detector-1"] == 1


def test_edge_beyond_the_ledger_is_added(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    ledger.accept(EDGES[:2])
    found = ledger.reconcile(kept(*EDGES, EDGES[-1]))
    assert (found.lost, found.added) == ((), 3)
    assert list(opened(tmp_path).edges()) == EDGES


def test_ledger_that_grows_is_folded_and_counts_the_same(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl", BOOT, SENSORS, fold_bytes=20_000)
    for at in range(2_000):
        ledger.accept([Edge("detector-1", at, at % 2 == 0)])
    assert (tmp_path / "ledger.jsonl").stat().st_size < 20_000
    assert driven_closures(tmp_path / "ledger.jsonl") == {"detector-1": 1_000, "detector-2": 0}
    assert list(ledger.edges())[-1] == Edge("detector-1", 1_999, False)


def test_journal_of_a_folded_ledger_is_not_added_again(tmp_path: Path) -> None:
    edges = [Edge("detector-1", at, at % 2 == 1) for at in range(1, 201)]
    ledger = Ledger(tmp_path / "ledger.jsonl", BOOT, SENSORS, fold_bytes=3_000)
    for edge in edges:
        ledger.accept([edge])
    assert len(list(ledger.edges())) < 200
    found = ledger.reconcile(kept(*edges))
    assert (found.lost, found.added) == ((), 0)
    assert driven_closures(tmp_path / "ledger.jsonl")["detector-1"] == 100


def test_edges_of_freed_readings_are_neither_lost_nor_found(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    ms = 1_000_000
    edges = [Edge("detector-1", n * ms // 10, n % 2 == 0) for n in range(60)]
    ledger.accept(edges)
    # 0 to 3 ms were freed, and 4 to 5 ms, as receipts came for them.
    held = kept(reading("detector-1", 4 * ms, 5), reading("detector-1", 6 * ms, 5))
    assert ledger.reconcile(held).lost == ()
    held = kept(reading("detector-1", 4 * ms, 4), reading("detector-1", 6 * ms, 5))
    assert ledger.reconcile(held).lost == (edges[30],)


def test_closure_that_is_missing_is_driven_until_a_restart_finds_it(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    path = tmp_path / "ledger.jsonl"
    missing = Edge("detector-1", 70, True)
    ledger.judge(Verdict((missing,), (Bounced("detector-2", 80, 2),)))
    ledger.judge(Verdict((missing,), ()))
    assert driven_closures(path)["detector-1"] == 1
    assert (list(ledger.content().missing.values()), ledger.content().bounced_closures) == ([missing], 2)
    ledger.reconcile(kept(missing))
    assert driven_closures(path)["detector-1"] == 1
    assert not ledger.content().missing


def test_edge_that_nobody_drove_does_not_count_and_is_not_added_again(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    stray = Edge("detector-1", 70, True)
    ledger.accept([stray])
    ledger.stray([stray])
    assert ledger.reconcile(kept(stray)).added == 0
    assert driven_closures(tmp_path / "ledger.jsonl")["detector-1"] == 0


def test_findings_survive_a_fold_as_counts(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl", BOOT, SENSORS, fold_bytes=4_000)
    ledger.begin(Life(0, {"detector-1": False, "detector-2": True}))
    for at in range(1, 401):
        ledger.accept([Edge("detector-1", at, at % 2 == 1)])
        if at % 10 == 0:
            ledger.judge(Verdict((Edge("detector-2", at, True),), (Bounced("detector-2", at, 1),)))
    content = ledger.content()
    assert content.driven == {"detector-1": 200, "detector-2": 40}
    assert content.head.missing + len(content.missing) == 40
    assert content.bounced_closures == 40
    assert content.life is not None
    assert content.life.clock_ns == content.head.folded_until_ns > 0
    assert content.life.levels["detector-2"]
