"""The ledger of a run: what counts as lost, what as duplicated."""

import json

from simulators.outcome import compare


def test_lost_and_duplicated_are_summed_over_sensors() -> None:
    outcome = compare(
        {"a/detector-10": 5, "a/detector-9": 3, "a/detector-1": 7},
        {"a/detector-10": 4.0, "a/detector-9": 5.0, "b/detector-1": 1.0},
        skipped_events=2,
        readings=9,
        seconds=1.23456,
    )
    assert list(outcome.driven) == ["a/detector-1", "a/detector-9", "a/detector-10", "b/detector-1"]
    assert not outcome.equal
    assert json.loads(outcome.as_json()) == {
        "driven": {"a/detector-1": 7, "a/detector-9": 3, "a/detector-10": 5, "b/detector-1": 0},
        "stored": {"a/detector-1": 0, "a/detector-9": 5, "a/detector-10": 4, "b/detector-1": 1},
        "lost": 8,
        "duplicated": 3,
        "skipped_events": 2,
        "readings": 9,
        "seconds": 1.235,
    }


def test_equal_counts_are_equal() -> None:
    outcome = compare({"a/detector-1": 7}, {"a/detector-1": 7.0}, skipped_events=0, readings=1, seconds=1.0)
    assert outcome.equal
    assert (outcome.lost, outcome.duplicated) == (0, 0)
