"""The outcome of a run: what truly happened beside what is stored."""

import json
from collections.abc import Sequence

import pytest

from simulators.county.outcome import CountyOutcome, Row, compare_county, stored_of
from simulators.county.telling import Telling
from simulators.faults.scenario import FaultPlan, Shows
from simulators.parts.part import Truth


def row(sensor: str, quantity: str, value: float, time: str = "2026-01-13T06:01:00Z", quality: str = "") -> Row:
    gateway, _, name = sensor.partition("/")
    return {
        "gateway": gateway,
        "sensor": name,
        "quantity": quantity,
        "time": time,
        "value": str(value),
        "quality": quality,
    }


COUNT = Truth("vehicle_count", "sum", 7)
ROWS = (row("weir/loop", "vehicle_count", 3.0), row("weir/loop", "vehicle_count", 4.0))


def telling(
    truths: dict[str, list[Truth]], faults: dict[str, list[tuple[float, str]]] | None = None, *, resumed: bool = False
) -> Telling:
    return Telling("weir", truths, faults or {}, resumed)


def outcome_of(told: Telling, rows: Sequence[Row], plan: FaultPlan | None = None, *shows: Shows) -> CountyOutcome:
    return compare_county([told], stored_of(rows), (plan,) if plan else (), shows)


def test_outcome_counts_that_are_equal_hold() -> None:
    outcome = outcome_of(telling({"loop": [COUNT]}), ROWS)
    assert outcome.equal
    assert [(line.stored, line.difference, line.holds) for line in outcome.lines] == [(7.0, 0.0, True)]
    assert outcome.readings == 2


@pytest.mark.parametrize("value", [6.0, 8.0])
def test_outcome_a_count_that_is_wrong_by_one_is_named(value: float) -> None:
    outcome = outcome_of(telling({"loop": [COUNT]}), [row("weir/loop", "vehicle_count", value)])
    assert not outcome.equal
    ledger = json.loads(outcome.as_json())["ledger"]
    assert [(line["sensor"], line["quantity"], line["holds"]) for line in ledger] == [
        ("weir/loop", "vehicle_count", False)
    ]
    assert ledger[0]["difference"] == value - 7


def test_outcome_nothing_stored_of_a_count_is_none_and_of_a_mean_is_not_known() -> None:
    told = telling({"loop": [COUNT, Truth("occupancy", "mean", 3.0, 1.0, "noise")], "quiet": [Truth("x", "sum", 0)]})
    outcome = outcome_of(told, [])
    assert [(line["stored"], line["holds"]) for line in json.loads(outcome.as_json())["ledger"]] == [
        (0.0, False),
        (None, False),
        (0.0, True),
    ]


@pytest.mark.parametrize(("value", "holds"), [(12.0, True), (12.3, True), (12.31, False), (11.6, False)])
def test_outcome_means_hold_within_their_tolerance(value: float, holds: bool) -> None:
    truth = Truth("air_temperature", "mean", 12.0, 0.3, "noise")
    rows = [row("weir/air", "air_temperature", value - 1), row("weir/air", "air_temperature", value + 1)]
    assert outcome_of(telling({"air": [truth]}), rows).equal is holds


def test_outcome_last_is_the_newest_by_its_time() -> None:
    rows = [
        row("weir/door", "door_open", 0.0, "2026-01-13T06:00:00.25Z"),
        row("weir/door", "door_open", 1.0, "2026-01-13T06:00:00Z"),
        row("weir/door", "door_open", 1.0, "2026-01-13T05:59:59.999Z"),
    ]
    assert outcome_of(telling({"door": [Truth("door_open", "last", 0.0)]}), rows).equal


PLAN = FaultPlan(fault="stuck", gateway="weir", sensor="loop")
NETWORK = FaultPlan(fault="network-down", gateway="weir")
TEXT = "Stuck: look at it."


def test_outcome_fault_that_shows_is_told_and_its_counts_are_not_compared() -> None:
    told = telling({"loop": [COUNT], "other": [COUNT]}, {"loop": [(900.0, TEXT), (990.0, ""), (999.0, TEXT)]})
    rows = [row("weir/loop", "vehicle_count", 1.0, quality="bad"), row("weir/other", "vehicle_count", 7.0)]
    outcome = outcome_of(told, rows, PLAN, "fault")
    assert outcome.equal
    assert outcome.shown == {"weir/loop": ["fault", "bad", TEXT]}
    assert [line.sensor for line in outcome.lines] == ["other"]


def test_outcome_fault_that_shows_otherwise_is_silent() -> None:
    outcome = outcome_of(telling({"loop": [COUNT]}, {"loop": [(900.0, TEXT)]}), ROWS, PLAN, "partial")
    assert not outcome.equal
    assert outcome.silent_faults == ["weir/loop"]


@pytest.mark.parametrize(
    ("faults", "quality", "strange"),
    [
        ({"loop": [(900.0, TEXT)]}, "", {"weir/loop": f"fault, {TEXT}"}),
        ({}, "bad", {"weir/loop": "bad"}),
        ({}, "partial", {"weir/loop": "partial"}),
        ({}, "suspect,indicative", {}),
    ],
)
def test_outcome_what_shows_where_nothing_happened_is_strange(
    faults: dict[str, list[tuple[float, str]]], quality: str, strange: dict[str, str]
) -> None:
    rows = [row("weir/loop", "vehicle_count", 7.0, quality=quality)]
    outcome = outcome_of(telling({"loop": [COUNT]}, faults), rows)
    assert outcome.strange == strange
    assert outcome.equal is not bool(strange)


def test_outcome_where_a_process_died_intervals_may_be_partial() -> None:
    rows = [row("weir/loop", "vehicle_count", 7.0, quality="partial")]
    assert outcome_of(telling({"loop": [COUNT]}, resumed=True), rows).equal


def test_outcome_fault_of_a_whole_gateway_need_show_on_one_of_its_sensors() -> None:
    cut = FaultPlan(fault="power-cut", gateway="weir")
    told = telling({"loop": [COUNT], "other": [COUNT]})
    rows = [row("weir/loop", "vehicle_count", 1.0, quality="partial"), row("weir/other", "vehicle_count", 1.0)]
    assert outcome_of(told, rows, cut, "partial").equal
    assert outcome_of(told, ROWS, cut, "partial").silent_faults == ["weir/loop", "weir/other"]


def test_outcome_where_nothing_may_show_counts_are_compared() -> None:
    assert outcome_of(telling({"loop": [COUNT]}), ROWS, NETWORK, "nothing").equal
    assert not outcome_of(telling({"loop": [COUNT]}), ROWS[:1], NETWORK, "nothing").equal
    late = [row("weir/loop", "vehicle_count", 7.0, quality="partial")]
    assert outcome_of(telling({"loop": [COUNT]}), late, NETWORK, "nothing").strange == {"weir/loop": "partial"}
