"""Tests of how trouble is said: once when it begins, once when it ends."""

import pytest

from cloud.trouble import Troubles
from tests.cloud.fakes import FakeFeed


@pytest.fixture
def feed() -> FakeFeed:
    return FakeFeed()


def test_trouble_is_said_once_and_so_is_its_end(feed: FakeFeed, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    troubles = Troubles(feed)
    for _ in range(3):
        troubles.begin("store", "The store is away.")
    troubles.end("store", "It is back.")
    troubles.end("store", "It is back.")

    assert feed.troubles == ["The store is away.", None]
    assert [record.getMessage() for record in caplog.records] == ["The store is away.", "It is back."]


def test_trouble_of_two_sources_ends_with_the_last(feed: FakeFeed) -> None:
    troubles = Troubles(feed)
    troubles.begin("store", "The store is away.")
    troubles.begin("broker", "The broker is away.")
    troubles.end("store", "It is back.")
    troubles.end("broker", "It is back.")

    assert feed.troubles == [
        "The store is away.",
        "The store is away. The broker is away.",
        "The broker is away.",
        None,
    ]


def test_trouble_that_changes_its_reason_to_and_fro_is_logged_once_for_each(
    feed: FakeFeed, caplog: pytest.LogCaptureFixture
) -> None:
    troubles = Troubles(feed)
    for _ in range(3):
        troubles.begin("broker", "It refused.")
        troubles.begin("broker", "It is silent.")

    assert [record.getMessage() for record in caplog.records] == ["It refused.", "It is silent."]
    assert feed.troubles[-1] == "It is silent."
