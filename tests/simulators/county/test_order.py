"""What a county is to do, kept in its folder."""

from pathlib import Path

import pytest

from sensorhub.reading import NS_PER_S
from simulators.county.order import read_order, write_order
from simulators.kept import KeptUnreadable
from simulators.pace import START_NS
from tests.simulators.county.street import order


def test_order_is_read_as_it_was_written(tmp_path: Path) -> None:
    given = order(tmp_path)
    write_order(tmp_path, given)
    assert read_order(tmp_path) == given
    later = order(tmp_path, seconds=None)
    write_order(tmp_path, later)
    assert read_order(tmp_path) == later


def test_order_ends_after_its_seconds_or_never(tmp_path: Path) -> None:
    assert order(tmp_path, seconds=60).until_ns == START_NS + 60 * NS_PER_S
    assert order(tmp_path, seconds=None).until_ns is None


@pytest.mark.parametrize("text", [None, "", "{}", '{"speed": 0}'])
def test_order_that_cannot_be_read_says_so(text: str | None, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "county.json").write_text(text)
    with pytest.raises(KeptUnreadable, match="Choose a new folder"):
        read_order(tmp_path)
