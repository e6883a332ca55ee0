"""What truly happened beside what is stored, and where and when faults showed."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from simulators.county.bounds import Bound
from simulators.county.compare import compare_county
from simulators.county.faultbook import GATEWAY
from simulators.county.outcome import CountyOutcome, Shown
from simulators.county.spans import RECOVERY_S, Span
from simulators.county.stored import Row, stored_of
from simulators.county.telling import Calm, Telling
from simulators.faults.plan import FaultPlan, Shows
from simulators.parts.part import Truth
from tests.simulators.county.street import START_US
from tests.simulators.county.told_rows import row

SECONDS = 7_200
COUNT = Truth("vehicle_count", "sum", 7)
SPAN = (1_800, 3_600)
BEFORE_S, AFTER_S = 1_680, 3_900
TEXT = "Stuck: look at it."
Noted = Sequence[tuple[float, str]]


def well(*truths: Truth) -> list[Calm]:
    """A sensor to which nothing happened."""
    return [Calm(0, SECONDS, list(truths))]


def hit(*truths: Truth) -> list[Calm]:
    """A sensor with a fault in `SPAN`: the same is true before and after."""
    return [Calm(0, BEFORE_S, list(truths)), Calm(AFTER_S, SECONDS, list(truths))]


def told(
    calms: dict[str, list[Calm]],
    spans: dict[str, list[Span]] | None = None,
    faults: dict[str, Noted] | None = None,
    *,
    bounds: dict[str, list[Bound]] | None = None,
    resumed: bool = False,
) -> Telling:
    every = {name: (spans or {}).get(name, []) for name in (GATEWAY, *calms)}
    noted = {name: list(each) for name, each in (faults or {}).items()}
    return Telling("weir", SECONDS, every, calms, bounds or {}, noted, resumed)


def outcome_of(telling: Telling, rows: Sequence[Row], *plans: FaultPlan) -> CountyOutcome:
    return compare_county([telling], stored_of(rows, [telling], START_US), plans)


def plan(*shows: Shows, **changed: Any) -> FaultPlan:
    from_s, to_s = SPAN
    told_of: dict[str, Any] = {"fault": "stuck", "sensor": "loop", "from_s": from_s, "to_s": to_s, **changed}
    return FaultPlan(gateway="weir", shows=shows, **told_of)


def hit_rows(value: float = 1.0, quality: str = "bad", at_s: int = 2_400) -> list[Row]:
    """Right counts before and after, and one reading while it holds."""
    return [
        row("weir/loop", "vehicle_count", 7.0, 600),
        row("weir/loop", "vehicle_count", value, at_s, quality),
        row("weir/loop", "vehicle_count", 7.0, 6_000),
    ]


OPEN: Noted = [(2_000.0, TEXT), (3_650.0, "")]


def hit_outcome(faults: Noted, rows: Sequence[Row], *shows: Shows) -> CountyOutcome:
    telling = told({"loop": hit(COUNT), "other": well()}, {"loop": [SPAN]}, {"loop": faults})
    return outcome_of(telling, rows, plan(*shows))


def test_compared_counts_that_are_equal_hold() -> None:
    rows = [row("weir/loop", "vehicle_count", 3.0, 60), row("weir/loop", "vehicle_count", 4.0, SECONDS)]
    outcome = outcome_of(told({"loop": well(COUNT)}), rows)
    assert outcome.equal
    assert [(line.stored, line.difference, line.holds) for line in outcome.lines] == [(7.0, 0.0, True)]
    assert (outcome.readings_of, outcome.readings) == ({"weir": 2}, 2)


@pytest.mark.parametrize("value", [6.0, 8.0])
def test_compared_count_that_is_wrong_by_one_is_named(value: float) -> None:
    outcome = outcome_of(told({"loop": well(COUNT)}), [row("weir/loop", "vehicle_count", value, 60)])
    assert not outcome.equal
    (line,) = json.loads(outcome.as_json())["ledger"]
    assert (line["sensor"], line["quantity"], line["holds"]) == ("weir/loop", "vehicle_count", False)
    assert (line["from_s"], line["until_s"], line["difference"]) == (0, SECONDS, value - 7)


def test_compared_nothing_stored_of_a_count_is_none_and_of_a_mean_is_not_known() -> None:
    telling = told(
        {"loop": well(COUNT, Truth("occupancy", "mean", 3.0, 1.0, "noise")), "quiet": well(Truth("x", "sum", 0))}
    )
    assert [(line["stored"], line["holds"]) for line in json.loads(outcome_of(telling, []).as_json())["ledger"]] == [
        (0.0, False),
        (None, False),
        (0.0, True),
    ]


@pytest.mark.parametrize(("value", "holds"), [(12.0, True), (12.3, True), (12.31, False), (11.6, False)])
def test_compared_means_hold_within_their_tolerance(value: float, holds: bool) -> None:
    truth = Truth("air_temperature", "mean", 12.0, 0.3, "noise")
    rows = [row("weir/air", "air_temperature", value + off, 60) for off in (-1, 1)]
    assert outcome_of(told({"air": well(truth)}), rows).equal is holds


def test_compared_last_is_the_newest_by_its_time() -> None:
    rows = [
        row("weir/door", "door_open", 0.0, 60.25),
        row("weir/door", "door_open", 1.0, 60),
        row("weir/door", "door_open", 1.0, 59.999),
    ]
    assert outcome_of(told({"door": well(Truth("door_open", "last", 0.0))}), rows).equal


def test_compared_fault_that_shows_is_told_and_costs_nothing_before_and_after() -> None:
    outcome = hit_outcome(OPEN, hit_rows(), "fault", "bad")
    assert outcome.equal
    assert outcome.shown == {"weir/loop": Shown(("fault", "bad"), (TEXT,))}
    assert json.loads(outcome.as_json())["shown"] == {"weir/loop": ["fault", "bad", TEXT]}
    assert [(line.from_s, line.until_s, line.stored) for line in outcome.lines] == [
        (0, BEFORE_S, 7.0),
        (AFTER_S, SECONDS, 7.0),
    ]


@pytest.mark.parametrize("lost", [0, 2])
def test_compared_what_is_lost_before_or_after_a_fault_is_named(lost: int) -> None:
    rows = hit_rows()
    del rows[lost]
    outcome = hit_outcome(OPEN, rows, "fault", "bad")
    assert [line.holds for line in outcome.lines] == [lost != 0, lost != 2]
    assert not outcome.equal


@pytest.mark.parametrize(
    ("faults", "quality", "missing"),
    [
        ((), "bad", "fault"),
        (OPEN, "", "bad"),
        (OPEN, "partial", "bad"),
        ((), "", "bad, fault"),
    ],
)
def test_compared_each_word_must_show(faults: Noted, quality: str, missing: str) -> None:
    outcome = hit_outcome(faults, hit_rows(quality=quality), "fault", "bad")
    assert outcome.silent_faults == {"weir/loop": missing}
    assert not outcome.equal


@pytest.mark.parametrize(
    "noted",
    [
        [(1_700.0, TEXT), (3_650.0, "")],  # before it began
        [(2_000.0, TEXT), (3_600.0 + RECOVERY_S + 1, "")],  # for too long after
        [(2_000.0, TEXT)],  # for ever
        [*OPEN, (6_000.0, TEXT), (6_100.0, "")],  # again, when it was over
    ],
)
def test_compared_fault_that_is_open_when_nothing_holds_is_strange(noted: Noted) -> None:
    outcome = hit_outcome(noted, hit_rows(), "bad")
    assert TEXT in outcome.strange["weir/loop"]
    assert not outcome.silent_faults


@pytest.mark.parametrize(
    ("at_s", "strange"), [(BEFORE_S, True), (BEFORE_S + 60, False), (AFTER_S, False), (AFTER_S + 60, True)]
)
def test_compared_quality_beside_the_time_of_a_fault_is_strange(at_s: int, strange: bool) -> None:
    rows = [*hit_rows(), row("weir/loop", "vehicle_count", 0.0, at_s, "bad")]
    assert hit_outcome(OPEN, rows, "fault", "bad").strange == ({"weir/loop": "bad"} if strange else {})


def test_compared_suspect_beside_the_time_of_a_fault_that_shows_so_is_strange() -> None:
    rows = [*hit_rows(quality="suspect"), row("weir/loop", "vehicle_count", 0.0, 6_060, "suspect")]
    assert hit_outcome((), rows, "suspect").strange == {"weir/loop": "suspect"}


def test_compared_means_of_two_are_told_from_the_start_on_only() -> None:
    truth = Truth("mean_headway", "mean", 4.0)
    telling = told({"loop": hit(truth)}, {"loop": [SPAN]})
    rows = [row("weir/loop", "mean_headway", 4.0, 60), row("weir/loop", "mean_headway", 9.0, 6_000)]
    assert [line.until_s for line in outcome_of(telling, rows).lines] == [BEFORE_S]


@pytest.mark.parametrize(
    ("faults", "quality", "strange"),
    [
        ([(900.0, TEXT)], "", {"weir/loop": f"fault from 900 to 7200 s: {TEXT}"}),
        ([], "bad", {"weir/loop": "bad"}),
        ([], "partial", {"weir/loop": "partial"}),
        ([], "suspect,indicative", {}),
    ],
)
def test_compared_what_shows_where_nothing_happened_is_strange(
    faults: Noted, quality: str, strange: dict[str, str]
) -> None:
    rows = [row("weir/loop", "vehicle_count", 7.0, 60, quality)]
    outcome = outcome_of(told({"loop": well(COUNT)}, faults={"loop": faults}), rows)
    assert outcome.strange == strange
    assert outcome.equal is not bool(strange)


def test_compared_where_a_process_died_intervals_may_be_partial() -> None:
    rows = [row("weir/loop", "vehicle_count", 7.0, 60, "partial")]
    assert outcome_of(told({"loop": well(COUNT)}, resumed=True), rows).equal


def test_compared_fault_of_a_whole_gateway_need_show_on_one_of_its_sensors() -> None:
    cut = FaultPlan(fault="power-cut", gateway="weir", from_s=SPAN[0], to_s=SPAN[1], shows=("partial",))
    telling = told({"loop": hit(), "other": hit()}, {"loop": [SPAN], "other": [SPAN]})
    assert outcome_of(telling, [row("weir/loop", "vehicle_count", 1.0, 2_400, "partial")], cut).equal
    assert outcome_of(telling, [row("weir/loop", "vehicle_count", 1.0, 2_400)], cut).silent_faults == {
        "weir": "partial"
    }


@pytest.mark.parametrize(
    ("stored", "holds"),
    [((40.0, 44.0), True), ((39.5, 44.5), True), ((39.4, 44.0), False), ((40.0, 44.6), False), ((255.0, 41.0), False)],
)
def test_compared_what_is_stored_while_samples_are_taken_away_lies_within_what_was(
    stored: Sequence[float], holds: bool
) -> None:
    bound = Bound("distance", 40.0, 44.0, 0.5)
    telling = told({"bin": hit()}, {"bin": [SPAN]}, bounds={"bin": [bound, Bound("fill_level", 1.0, 2.0, 0.0)]})
    rows = [
        row("weir/bin", "distance", value, 2_400 + 60 * at, "partial" if at else "bad")
        for at, value in enumerate(stored)
    ]
    before = row("weir/bin", "distance", 90.0, 60)
    outcome = outcome_of(telling, [before, *rows], plan("partial", fault="echo-lost", sensor="bin"))
    assert outcome.equal is holds
    assert json.loads(outcome.as_json())["within"] == [
        {
            "sensor": "weir/bin",
            "quantity": "distance",
            "true": [40.0, 44.0],
            "stored": [min(stored), max(stored)],
            "tolerance": 0.5,
            "holds": holds,
        }
    ]


NETWORK = FaultPlan(fault="network-down", gateway="weir", from_s=SPAN[0], to_s=SPAN[1], shows=("nothing",))
CLOCK = FaultPlan(fault="clock-wrong", gateway="weir", from_s=SPAN[0], to_s=SPAN[1], offset_s=90.0, shows=("trouble",))
RIGHT = [row("weir/loop", "vehicle_count", 7.0, 60)]


def test_compared_where_nothing_may_show_counts_are_compared() -> None:
    telling = told({"loop": well(COUNT)})
    assert outcome_of(telling, RIGHT, NETWORK).equal
    assert not outcome_of(telling, [], NETWORK).equal
    late = [row("weir/loop", "vehicle_count", 7.0, 2_400, "partial")]
    assert outcome_of(telling, late, NETWORK).strange == {"weir/loop": "partial"}


@pytest.mark.parametrize(
    ("noted", "missing", "strange"),
    [
        ([(1_860.0, "NTP lies."), (3_650.0, "")], {}, {}),
        ([], {"weir": "trouble"}, {}),
        ([(60.0, "NTP lies."), (90.0, "")], {"weir": "trouble"}, {"weir": "trouble from 60 to 90 s: NTP lies."}),
    ],
)
def test_compared_trouble_of_a_gateway_is_its_own(
    noted: Noted, missing: dict[str, str], strange: dict[str, str]
) -> None:
    outcome = outcome_of(told({"loop": well(COUNT)}, {GATEWAY: [SPAN]}, {GATEWAY: noted}), RIGHT, CLOCK)
    assert (outcome.silent_faults, outcome.strange) == (missing, strange)
    assert outcome.equal is not bool(missing)
    assert [line.sensor for line in outcome.lines] == ["loop"]


def test_compared_trouble_where_nothing_happened_is_strange() -> None:
    outcome = outcome_of(told({"loop": well(COUNT)}, faults={GATEWAY: [(60.0, "NTP lies.")]}), RIGHT)
    assert outcome.strange == {"weir": "trouble from 60 to 7200 s: NTP lies."}
