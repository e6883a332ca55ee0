"""The pace of the backlog: it uses the link and never holds up a live pack for longer than one pack of its own."""

import random
from dataclasses import dataclass

import pytest

from gateway.uplink.pace import FRAME_BYTES, PACK_BYTES_MIN, WINDOW_RECORDS, Pace
from tests.gateway.uplink.simulated_link import Sent, SimulatedLink
from tests.gateway.uplink.uplink_rig import Rig

SHORT_S = 0.02
"""A wait that nobody notices, whatever a pack takes."""


@dataclass(frozen=True)
class Case:
    """A link, a backlog that it does not get through, and how long it is watched (s) after it has settled."""

    rate: float
    trip_s: float
    commit_s: float
    backlog: int
    settled_s: float
    until_s: float


LINKS = {
    "32 kbit/s, 600 ms": Case(4_000, 0.6, 0.01, 14_000, 12, 36),
    "64 kbit/s, 80 ms": Case(8_000, 0.08, 0.01, 22_000, 6, 26),
    "64 kbit/s, hub commits each second": Case(8_000, 0.08, 1.0, 22_000, 10, 36),
    "10 Mbit/s, 2 ms": Case(1_250_000, 0.002, 0.001, 36_000, 0.05, 0.25),
}


def drain(case: Case, rig: Rig) -> tuple[list[Sent], list[Sent]]:
    """The backlog packs and the live packs that went after the link had settled."""
    rig.anchor()
    rig.noise = random.Random(1)
    rig.measure(case.backlog)
    first_live = rig.spool.next
    rig.uplink.connected(0)
    rig.answer(0)
    link = SimulatedLink(rig, rate=case.rate, trip_s=case.trip_s, commit_s=case.commit_s)
    link.run(case.until_s)
    settled = [sent for sent in link.sent if sent.at_s >= case.settled_s]
    return [sent for sent in settled if sent.first < first_live], [sent for sent in settled if sent.first >= first_live]


@pytest.mark.parametrize("case", LINKS.values(), ids=LINKS)
def test_backlog_uses_the_link_and_a_live_pack_waits_for_one_of_its_packs_at_most(case: Case, rig: Rig) -> None:
    backlog, live = drain(case, rig)
    busy_s = sum(sent.busy_s for sent in [*backlog, *live])
    assert rig.spool.unreceived > WINDOW_RECORDS, "the backlog lasted"
    assert busy_s >= 0.7 * (case.until_s - case.settled_s)
    one_s = max(sent.busy_s for sent in backlog)
    assert all(sent.wait_s <= one_s + SHORT_S for sent in live)
    assert not any(sent.again for sent in [*backlog, *live])


def test_backlog_packs_on_a_slow_link_are_small(rig: Rig) -> None:
    backlog, _ = drain(LINKS["32 kbit/s, 600 ms"], rig)
    assert max(sent.busy_s for sent in backlog) <= 0.6
    assert min(sent.size for sent in backlog) >= PACK_BYTES_MIN / 2


def test_backlog_on_a_link_that_becomes_slow_and_fast_again_follows(rig: Rig) -> None:
    rig.anchor()
    rig.noise = random.Random(1)
    rig.measure(40_000)
    rig.uplink.connected(0)
    rig.answer(0)
    link = SimulatedLink(rig, rate=20_000, trip_s=0.1)
    link.run(5)
    link.rate = 4_000
    link.run(35)
    slow = [sent for sent in link.sent if sent.at_s > 20]
    assert sum(sent.busy_s for sent in slow) >= 0.7 * 15
    assert max(sent.wait_s for sent in slow) <= 2 * max(sent.busy_s for sent in slow)
    link.rate = 20_000
    link.run(50)
    fast = [sent for sent in link.sent if sent.at_s > 45]
    assert sum(sent.busy_s for sent in fast) >= 0.7 * 5
    assert rig.spool.unreceived > WINDOW_RECORDS, "the backlog lasted"


def test_backlog_stalled_by_the_hub_does_not_count_the_burst_after_it_as_speed() -> None:
    pace = Pace()
    pace.begin(0)
    first = pace.sent(100, 4_000, 0, backlog=True)
    pace.freed(first, 1, measured=True)
    waiting = [pace.sent(100, 4_000, 1, backlog=True) for _ in range(5)]
    for trip in waiting:
        pace.freed(trip, 61, measured=True)  # all at once, after a minute
    last = pace.sent(100, 4_000, 61, backlog=True)
    pace.freed(last, 62, measured=True)
    assert pace.goodput <= (4_000 + FRAME_BYTES) * 1.01


def test_pace_one_pack_until_the_first_receipt() -> None:
    pace = Pace()
    pace.begin(0)
    assert pace.live_room() == WINDOW_RECORDS
    trip = pace.sent(10, 100, 0, backlog=False)
    assert pace.live_room() == 0
    pace.freed(trip, 1, measured=True)
    assert pace.live_room() == WINDOW_RECORDS
    pace.sent(10, 100, 1, backlog=False)
    assert pace.live_room() == WINDOW_RECORDS - 10


def test_pace_run_dry_for_one_alone_is_given_up_when_live_packs_leave_no_gap() -> None:
    pace = Pace()
    pace.begin(0)
    pace.freed(pace.sent(10, 1_000, 0, backlog=True), 0.1, measured=True)
    held = pace.sent(10, 100, 31, backlog=False)
    assert pace.backlog_room(31, calm=True) == 0
    assert pace.backlog_room(38, calm=True) > 0
    pace.freed(held, 39, measured=True)
