"""Qualities as words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorhub.reading import Quality, parse_quality, quality_words


@given(st.integers(1, 63).map(Quality))
def test_qualities_come_back(quality: Quality) -> None:
    assert parse_quality(quality_words(quality)) == quality


def test_qualities_stand_in_the_fixed_order() -> None:
    assert quality_words(Quality(63)) == "bad,suspect,partial,indicative,estimated-time,substituted"
    assert quality_words(Quality.GOOD) == ""


@pytest.mark.parametrize("text", ["", "fine", "bad,", "bad, suspect", "BAD"])
def test_word_that_is_no_quality_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no quality; there are bad, suspect"):
        parse_quality(text)
