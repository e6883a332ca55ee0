"""Tests of the state database: dead letters, gateways, notes."""

import resource
import sqlite3
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from cloud.state import DEAD_LETTER_BYTES_MAX, DEAD_LETTERS_MAX, DeadLetter, KnownGateway, State, StateUnavailable
from cloud.stores.protocol import StoreUnavailable
from sensorhub.errors import AskedWrong
from sensorhub.ranges import RangeSet

NOW_US = 1_764_000_000_000_000
TOPIC = "essex/v1/device-1136/pack/5f0c2a9e41d07b36/1/1"


def _letter(raw: bytes = b"\x00\xff not JSON", *, gateway: str = "device-1136", arrived_us: int = NOW_US) -> DeadLetter:
    return DeadLetter(gateway, TOPIC, None, "it is not JSON", raw, arrived_us)


def test_dead_letters_come_back_whole_and_newest_first(tmp_path: Path) -> None:
    state = State.open(tmp_path)
    letters = [
        _letter(bytes(range(256)) * 256),
        DeadLetter("device-1136", TOPIC, 7, "record 7: its value is no number", b'{"v":"x"}', NOW_US + 1),
        _letter(b"", gateway="other", arrived_us=NOW_US + 2),
    ]
    state.add_dead_letters(letters)
    state.close()
    state = State.open(tmp_path)
    assert state.dead_letters() == letters[::-1]
    assert state.dead_letters("other") == [letters[2]]
    assert state.dead_letters(limit=1) == [letters[2]]
    state.close()


def test_same_bytes_at_another_time_are_counted(tmp_path: Path) -> None:
    state = State.open(tmp_path)
    state.add_dead_letters([_letter(), _letter(arrived_us=NOW_US + 1)])
    state.add_dead_letters([_letter(arrived_us=NOW_US + 2)])
    (kept,) = state.dead_letters()
    assert (kept.repeats, kept.arrived_us) == (2, NOW_US)


def test_same_letter_handed_in_again_after_a_failure_is_not_counted(tmp_path: Path) -> None:
    state = State.open(tmp_path)
    for _ in range(3):
        state.add_dead_letters([_letter()])
    assert [letter.repeats for letter in state.dead_letters()] == [0]


def test_other_sequence_topic_or_bytes_are_other_letters(tmp_path: Path) -> None:
    state = State.open(tmp_path)
    letters = [
        DeadLetter("g", topic, sequence, "no", raw, NOW_US)
        for topic in ("a", "b\n1")
        for sequence in (None, 1)
        for raw in (b"x", b"1\nx")
    ]
    state.add_dead_letters(letters)
    assert sorted(map(repr, state.dead_letters())) == sorted(map(repr, letters))


def test_room_for_dead_letters_ends_at_their_number(tmp_path: Path) -> None:
    state = State.open(tmp_path)
    state.add_dead_letters([_letter(b"%d" % i) for i in range(DEAD_LETTERS_MAX - 1)])
    assert state.dead_letter_room("device-1136")
    state.add_dead_letters([_letter(b"one more")])
    assert not state.dead_letter_room("device-1136")
    assert state.dead_letter_room("other")


def test_room_for_dead_letters_ends_at_their_bytes(tmp_path: Path) -> None:
    state = State.open(tmp_path)
    state.add_dead_letters([_letter(b"a" * 1_000)])
    # A quarter of a gigabyte is only said to be there.
    with sqlite3.connect(tmp_path / "state.sqlite") as connection:
        assert connection.execute("select raw_bytes from dead_letters").fetchone() == (1_000,)
        connection.execute("update dead_letters set raw_bytes = ?", (DEAD_LETTER_BYTES_MAX - 1,))
    assert state.dead_letter_room("device-1136")
    state.add_dead_letters([_letter(b"b")])
    assert not state.dead_letter_room("device-1136")
    assert state.dead_letter_room("other")


def test_gateways_are_noted_with_what_was_forgotten(tmp_path: Path) -> None:
    state = State.open(tmp_path)
    state.note_gateway("b", named=False, seen_us=NOW_US, forgotten=3)
    state.note_gateway("a", named=True, seen_us=NOW_US + 1, forgotten=0)
    state.note_gateway("b", named=False, seen_us=NOW_US + 2, forgotten=4)
    assert state.gateways() == [
        KnownGateway("a", True, NOW_US + 1, NOW_US + 1, 0),
        KnownGateway("b", False, NOW_US, NOW_US + 2, 7),
    ]


def test_notes_are_kept_over_a_restart(tmp_path: Path) -> None:
    state = State.open(tmp_path)
    assert state.noted("knew_until_us") is None
    state.note("knew_until_us", "1")
    state.note("knew_until_us", "2")
    state.close()
    assert State.open(tmp_path).noted("knew_until_us") == "2"


def test_full_disk_keeps_nothing_in_part_and_takes_the_same_again(tmp_path: Path) -> None:
    state = State.open(tmp_path)
    state.note("before", "1")
    letters = [_letter(b"%d" % i + b"x" * 60_000) for i in range(10)]
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (max(p.stat().st_size for p in tmp_path.iterdir()) + 65_536, hard))
    try:
        for _ in range(2):
            with pytest.raises(StateUnavailable, match="Make room on its disk"):
                state.add_dead_letters(letters)
            assert state.dead_letters() == []
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    state.add_dead_letters(letters)
    assert len(state.dead_letters()) == 10


def test_state_that_fails_is_a_store_that_fails(tmp_path: Path) -> None:
    (tmp_path / "state.sqlite").write_bytes(b"no database" * 1_000)
    with pytest.raises(StoreUnavailable, match="not a database"):
        State.open(tmp_path)


def test_reading_while_the_hub_runs_and_after_it_was_killed(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from cloud.state import State\n"
        "State.open(Path(sys.argv[1])).note('k', 'v'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert State.open(tmp_path, read_only=True).noted("k") == "v"
    hub = State.open(tmp_path)
    hub.note("k", "w")
    reader = State.open(tmp_path, read_only=True)
    assert reader.noted("k") == "w"
    with pytest.raises(StateUnavailable):
        reader.note("k", "x")


def test_read_only_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(AskedWrong, match=r"There is no state\.sqlite"):
        State.open(tmp_path, read_only=True)
    hub = State.open(tmp_path)
    hub.note("k", "v")
    hub.close()
    State.open(tmp_path, read_only=True).dead_letters()
    assert [path.name for path in tmp_path.iterdir()] == ["state.sqlite"]


def test_commits_are_synced_and_written_ahead(tmp_path: Path) -> None:
    state = State.open(tmp_path)
    state.note("k", "v")
    with sqlite3.connect(tmp_path / "state.sqlite") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_threads_write_side_by_side(tmp_path: Path) -> None:
    state = State.open(tmp_path)
    other_process = State.open(tmp_path)
    threads = [
        Thread(
            target=lambda s=s, n=n: [s.note_gateway(f"g-{n}", named=True, seen_us=i, forgotten=1) for i in range(20)]
        )
        for n, s in enumerate([state, state, other_process, other_process])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [(known.gateway, known.forgotten) for known in state.gateways()] == [(f"g-{n}", 20) for n in range(4)]


def test_database_of_an_earlier_version_gets_what_it_lacks(tmp_path: Path) -> None:
    """The claims of the first version had no times, and there were no gaps."""
    with sqlite3.connect(tmp_path / "state.sqlite") as connection:
        connection.execute(
            "create table claims (gateway varchar not null, epoch varchar not null, first bigint not null, "
            "last bigint not null, hash varchar not null, arrived_us bigint not null, refused text not null, "
            "stored boolean not null, primary key (gateway, epoch, first))"
        )
        connection.execute(f"insert into claims values ('a', '{'0' * 16}', 1, 4, 'x', {NOW_US}, '[]', 1)")
    state = State.open(tmp_path)
    assert state.claims.here("a", "0" * 16) == RangeSet([(1, 4)])
    assert state.claims.around("a", "0" * 16, 5, 9) == (None, None)
    assert state.gaps() == []
    state.close()
    State.open(tmp_path).close()


def test_reading_a_database_of_an_earlier_version_finds_no_gaps(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "state.sqlite") as connection:
        connection.execute("create table notes (key varchar primary key, value text not null)")
    state = State.open(tmp_path, read_only=True)
    assert [*state.gaps(), *state.findings(NOW_US), *state.floors(), *state.claim_upkeep.wanted()] == []
    state.close()
