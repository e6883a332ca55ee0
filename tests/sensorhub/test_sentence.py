"""Sentences: whole where they fit, else cut behind a word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorhub.sentence import SENTENCE_MAX, shortened


@pytest.mark.parametrize("length", [0, 1, SENTENCE_MAX - 1, SENTENCE_MAX])
def test_sentence_that_fits_stays_as_it_is(length: int) -> None:
    assert shortened("x" * length) == "x" * length


def test_sentence_that_is_too_long_ends_behind_a_word_with_an_ellipsis() -> None:
    told = shortened("The part is silent, " + "and so on, " * 30)
    assert told.endswith("and so on, and so…") or told.endswith("and so on…") or told.endswith("and…")
    assert len(told) <= SENTENCE_MAX


def test_word_without_an_end_is_cut() -> None:
    assert shortened("It says " + "x" * 500) == "It says " + "x" * (SENTENCE_MAX - 9) + "…"


@given(st.text(max_size=3 * SENTENCE_MAX))
def test_sentence_always_fits_and_begins_as_it_did(text: str) -> None:
    told = shortened(text)
    assert len(told) <= SENTENCE_MAX
    assert text.startswith(told.removesuffix("…") if told != text else told)
