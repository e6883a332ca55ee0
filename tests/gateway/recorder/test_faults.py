"""The open faults of sensors, whoever finds them."""

from threading import Thread

import pytest

from gateway.recorder.faults import Faults
from sensorhub.sentence import SENTENCE_MAX


class WallClock:
    us = 1_764_000_000_000_000

    def __call__(self) -> int:
        return self.us


def test_fault_is_open_until_its_finder_says_otherwise() -> None:
    clock = WallClock()
    faults = Faults(clock)
    assert not faults
    faults.set("loop-1", "pin", "It cannot be read.")
    assert dict(faults) == {"loop-1": faults["loop-1"]}
    assert (faults["loop-1"].text, faults["loop-1"].since) == ("It cannot be read.", 1_764_000_000.0)
    faults.set("loop-1", "stuck", "")
    assert "loop-1" in faults
    faults.set("loop-1", "pin", "")
    assert not faults
    assert "loop-1" not in faults


def test_fault_says_since_when_also_where_its_words_change() -> None:
    clock = WallClock()
    faults = Faults(clock)
    faults.set("air-1", "part", "It does not answer.")
    clock.us += 60_000_000
    faults.set("air-1", "part", "Its answer has a wrong check sum.")
    assert (faults["air-1"].text, faults["air-1"].since) == ("Its answer has a wrong check sum.", 1_764_000_000.0)


def test_faults_of_one_sensor_show_one_after_the_other() -> None:
    faults = Faults(WallClock())
    faults.set("loop-1", "stuck", "Stuck.")
    faults.set("loop-1", "count", "It cannot be right.")
    assert faults["loop-1"].text == "Stuck."
    faults.set("loop-1", "stuck", "")
    assert faults["loop-1"].text == "It cannot be right."


def test_fault_is_cut_to_what_a_status_takes_and_the_same_is_no_news() -> None:
    clock = WallClock()
    faults = Faults(clock)
    faults.set("loop-1", "pin", "x" * 300)
    assert faults["loop-1"].text == "x" * (SENTENCE_MAX - 1) + "…"
    clock.us += 1_000_000
    faults.set("loop-1", "pin", "x" * 300)
    assert faults["loop-1"].since == 1_764_000_000.0


def test_fault_is_logged_once_and_so_is_its_end(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    faults = Faults(WallClock())
    for text in ("Stuck.", "Stuck.", "Stuck for longer.", ""):
        faults.set("loop-1", "stuck", text)
    assert [record.message for record in caplog.records] == [
        "Sensor loop-1: Stuck. Its neighbours go on.",
        "Sensor loop-1 works again.",
    ]


def test_sensor_does_not_work_again_while_it_has_another_fault(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    faults = Faults(WallClock())
    faults.set("loop-1", "stuck", "Stuck.")
    faults.set("loop-1", "count", "It cannot be right.")
    faults.set("loop-1", "stuck", "")
    assert "works again" not in caplog.text
    faults.set("loop-1", "count", "")
    assert "works again" in caplog.text


def test_faults_are_looked_at_while_threads_find_and_clear_them() -> None:
    faults = Faults(WallClock())

    def flicker(source: str) -> None:
        for number in range(3_000):
            faults.set(f"s-{number % 7}", source, "It flickers." if number % 2 else "")

    threads = [Thread(target=flicker, args=(source,)) for source in ("pin", "part")]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert all(fault.text == "It flickers." for _, fault in faults.items())
        assert len(frozenset(faults)) <= 7
