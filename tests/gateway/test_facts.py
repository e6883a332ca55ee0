"""What only the gateway knows of its health."""

from pathlib import Path

from gateway.anchors.sources import GivenAnchors
from gateway.facts import Facts
from gateway.recorder.recorder import Recorder
from gateway.spool import Anchor, AnchorKind, Measured, ReadingEntry
from sensorhub.clock import MachineClock
from tests.gateway.recorder.recorder_rig import TWO_CONTACTS, WALL, Clock, RecorderRig


def test_facts_are_of_the_card_and_of_the_spool(tmp_path: Path) -> None:
    facts = Facts(tmp_path, RecorderRig().recorder, Clock())()
    assert 0 < facts["disk_used"] < 100
    assert 0 <= facts["spool_used"] < 100


def test_facts_leave_out_what_is_not_known(tmp_path: Path) -> None:
    assert set(Facts(tmp_path / "none", RecorderRig().recorder, Clock())()) == {"spool_used", "clock_error"}


def test_facts_tell_the_clock_error_in_seconds(tmp_path: Path) -> None:
    anchors = GivenAnchors(Anchor(0, WALL, 1_500_000_000, AnchorKind.GIVEN))
    recorder = Recorder("g", TWO_CONTACTS, clock=Clock(), machine=MachineClock(), anchors=anchors)
    recorder.resume(RecorderRig().spool)
    assert Facts(tmp_path, recorder, Clock())()["clock_error"] == 1.5


def test_facts_tell_humidity_while_it_is_fresh(tmp_path: Path) -> None:
    recorder, clock = RecorderRig().recorder, Clock()
    recorder.newest["air"] = ReadingEntry("air", 0, (Measured("relative_humidity", 81.0),))
    facts = Facts(tmp_path, recorder, clock)
    assert facts()["relative_humidity"] == 81.0
    clock.ns = 1_801_000_000_000
    assert "relative_humidity" not in facts()
