"""Bars and lines, and the scales they are drawn on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud.web.spark import HEIGHT, Scale, bars, full_scale, line, round_scale


def test_bars_rise_from_zero_and_leave_gaps() -> None:
    drawn = bars([0, 10, None, 5], 10)
    assert drawn.bars == f"M4 22v-{HEIGHT}h3v{HEIGHT}zM12 22v-11h3v11z"
    assert drawn.missing == "M8 22v-4h4v4z"
    assert (drawn.width, drawn.line, drawn.dot) == (16, "", "")


def test_line_ends_at_a_gap_and_has_a_dot_at_its_end() -> None:
    drawn = line([-5, 0, None, 5], Scale(-5, 5))
    assert drawn.line == "M1.5 20h0L5.5 11M13.5 2h0"
    assert drawn.dot == "M13.5 2h0"
    assert drawn.missing == "M8 22v-4h4v4z"
    assert (drawn.width, drawn.bars) == (16, "")


def test_what_is_from_before_the_first_reading_is_not_drawn_as_missing() -> None:
    for drawn in (bars([None, 1, None], 1, 1), line([None, 1, None], Scale(0, 1), 1)):
        assert drawn.before == "M0 22v-4h4v4z"
        assert drawn.missing == "M8 22v-4h4v4z"


def test_what_is_beyond_the_scale_stays_in_the_box() -> None:
    assert bars([3], 1).bars == f"M0 22v-{HEIGHT}h3v{HEIGHT}z"
    assert line([104, -7], Scale(0, 100)).line == "M1.5 2h0L5.5 20"


def test_nothing_known_is_drawn_as_missing() -> None:
    assert line([None], Scale(0, 1)).line == line([None], Scale(0, 1)).dot == bars([None], 1).bars == ""


@pytest.mark.parametrize(("peak", "scale"), [(0, 1), (1, 1), (7, 8), (11, 12), (52, 60), (101, 120)])
def test_full_scale_is_a_round_number_above_the_peak(peak: float, scale: float) -> None:
    assert full_scale(peak) == pytest.approx(scale)


def test_full_scale_of_depths_may_be_small() -> None:
    assert full_scale(0.13, 0.1) == pytest.approx(0.15)


@pytest.mark.parametrize(
    ("low", "high", "least", "scale"),
    [
        (6.9, 6.9, 1, (6.5, 7.5)),
        (7, 7, 1, (7, 8)),
        (-3.4, 11.8, 1, (-5, 15)),
        (1_008, 1_019, 10, (1_005, 1_020)),
        (0, 0, 10, (0, 10)),
        (-0.35, 0.1, 0.1, (-0.4, 0.2)),
    ],
)
def test_round_scale_holds_the_values_between_round_numbers(
    low: float, high: float, least: float, scale: tuple[float, float]
) -> None:
    made = round_scale(low, high, least)
    assert (made.low, made.high) == pytest.approx(scale)


@given(st.floats(-1e4, 1e4), st.floats(0, 1e4), st.sampled_from([0.1, 1.0, 10.0]))
def test_round_scale_always_holds_the_values(low: float, span: float, least: float) -> None:
    scale = round_scale(low, low + span, least)
    slack = 1e-9 * max(1.0, abs(low), span)
    assert scale.low <= low + slack
    assert scale.high >= low + span - slack
    assert scale.high - scale.low >= least - slack
