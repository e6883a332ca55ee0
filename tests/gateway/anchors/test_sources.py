"""Where anchors come from: first sync, every 10 min, at steps; clocks that lie."""

import logging

import pytest

from gateway.anchors.sources import AGAIN_NS, ASK_NS, BUILT_NS, FLOOR_SLACK_NS, GivenAnchors, SystemAnchors
from gateway.anchors.times import anchors_for, believed
from gateway.spool import Anchor, AnchorKind

S = 1_000_000_000
MS = 1_000_000
DAY = 86_400 * S
WALL = 1_764_000_000 * S
YEAR = 365 * DAY


class Machine:
    """A machine whose clocks the test sets; NTP is in sync to 20 ms unless it is not."""

    def __init__(self) -> None:
        self.clock_ns = 100 * S
        self.offset_ns = WALL
        self.error_ns: int | None = 20 * MS
        self.anchors = SystemAnchors(
            wall=lambda: self.offset_ns + self.clock_ns, clock=lambda: self.clock_ns, sync=lambda: self.error_ns
        )

    def poll(self, after_ns: int = ASK_NS) -> Anchor | None:
        self.clock_ns += after_ns
        return self.anchors.poll(self.clock_ns)

    def hub(self, offset_ns: int = WALL, error_ns: int = 100 * MS) -> Anchor | None:
        """A fresh answer of a hub whose clock has that offset."""
        at_ns = self.clock_ns - error_ns
        return self.anchors.offered(Anchor(at_ns, offset_ns + at_ns, error_ns, AnchorKind.RECEIPT))


def test_anchor_at_first_sync_and_every_ten_minutes() -> None:
    machine = Machine()
    machine.error_ns = None
    assert machine.poll() is None
    machine.error_ns = 20 * MS
    assert machine.poll() == Anchor(machine.clock_ns, WALL + machine.clock_ns, 20 * MS, AnchorKind.NTP)
    polls = [machine.poll() for _ in range(600)]
    assert [at for at, anchor in enumerate(polls) if anchor] == [AGAIN_NS // ASK_NS - 1, 2 * AGAIN_NS // ASK_NS - 1]


@pytest.mark.parametrize(("step_ms", "noted"), [(40, False), (60, True), (-60, True), (-3_000, True)])
def test_anchor_at_a_step_of_more_than_50_ms(step_ms: int, noted: bool) -> None:
    machine = Machine()
    machine.poll()
    machine.offset_ns += step_ms * MS
    assert (machine.poll() is not None) == noted


def test_anchor_from_a_receipt_only_while_ntp_is_not_in_sync() -> None:
    machine = Machine()
    machine.poll()
    assert machine.hub() is None
    machine.error_ns = None
    machine.poll(AGAIN_NS + S)
    found = machine.hub()
    assert found is not None
    assert found.source is AnchorKind.RECEIPT
    assert machine.hub() is None  # ten minutes have not passed
    machine.clock_ns += AGAIN_NS
    assert machine.hub() is not None
    machine.error_ns = 20 * MS
    ntp = machine.poll()
    assert ntp is not None
    assert ntp.source is AnchorKind.NTP


@pytest.mark.parametrize("wall_ns", [0, 1_000 * DAY, BUILT_NS - 2 * YEAR], ids=["1970", "1972", "years ago"])
def test_anchor_is_not_taken_from_a_clock_before_this_software(wall_ns: int) -> None:
    machine = Machine()
    machine.offset_ns = wall_ns
    assert machine.poll() is None
    assert "time server" in machine.anchors.trouble
    assert machine.hub(offset_ns=wall_ns) is None
    assert machine.hub() is not None  # the right time, at last
    machine.offset_ns = WALL
    assert machine.poll() is not None
    assert machine.anchors.trouble == ""


def test_anchor_below_the_last_known_wall_time_waits_for_the_hub() -> None:
    machine = Machine()
    machine.anchors.know(WALL + 3 * YEAR)  # NTP lied by three years once, and is right now
    assert machine.poll() is None
    machine.hub()
    found = machine.poll()
    assert found is not None
    assert found.source is AnchorKind.NTP


def test_anchor_a_little_below_the_last_known_wall_time_is_taken() -> None:
    machine = Machine()
    machine.anchors.know(WALL + machine.clock_ns + FLOOR_SLACK_NS - 10 * S)
    assert machine.poll() is not None


@pytest.mark.parametrize("off_ns", [3 * YEAR, -20 * DAY, 2 * S], ids=["+3 y", "-20 d", "+2 s"])
def test_anchor_of_ntp_that_lies_is_replaced_by_the_hubs(off_ns: int, caplog: pytest.LogCaptureFixture) -> None:
    machine = Machine()
    machine.anchors.know(WALL - 100 * DAY)
    machine.offset_ns = WALL + off_ns
    lie = machine.poll()
    with caplog.at_level(logging.INFO):
        told = machine.hub()
        assert told is not None
        assert told.source is AnchorKind.RECEIPT
        assert all(machine.poll() is None for _ in range(1_000))
        assert "hub's is taken" in machine.anchors.trouble
        machine.offset_ns = WALL
        right = machine.poll()
    assert right is not None
    assert right.source is AnchorKind.NTP
    assert machine.anchors.trouble == ""
    assert [record.levelname for record in caplog.records] == ["ERROR", "INFO"]
    assert lie is not None
    # What was measured under the lie is sealed with the hub's time.
    assert anchors_for(believed([lie, told]), lie.clock_ns, lie.clock_ns + S) == (told,)
    assert believed([lie, told, right]) == [told, right]


def test_anchor_that_disagrees_within_its_error_is_kept() -> None:
    machine = Machine()
    machine.offset_ns = WALL + 900 * MS
    found = machine.poll()
    assert found is not None
    assert machine.hub() is None
    assert machine.anchors.trouble == ""


def test_anchor_after_days_without_the_hub_may_differ_by_drift() -> None:
    machine = Machine()
    machine.poll()
    machine.hub()
    machine.offset_ns += 10 * S  # a crystal that is 100 ppm off, in a day
    assert machine.poll(DAY) is not None


def test_anchors_without_a_receipt_are_all_believed() -> None:
    anchors = [Anchor(0, WALL, S, AnchorKind.NTP), Anchor(10 * S, WALL + YEAR, S, AnchorKind.NTP)]
    assert believed(anchors) == anchors


def test_anchor_that_is_given_is_given_once() -> None:
    anchor = Anchor(0, WALL, 0, AnchorKind.GIVEN)
    given = GivenAnchors(anchor)
    given.know(WALL + YEAR)
    assert given.poll(0) == anchor
    assert given.poll(10 * S) is None
    assert given.offered(anchor) is None
