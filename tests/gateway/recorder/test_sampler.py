"""The sampler and the detector: order of edges, when intervals close."""

from uuid import UUID

from gateway.anchors.times import AnchorBook
from gateway.recorder.contact import GRACE_NS
from gateway.recorder.sampler import INBOX_MAX, Sampler
from gateway.spool import BootNote, Edge
from tests.gateway.recorder.contacts import contact

S = 1_000_000_000
MS = 1_000_000


class Clock:
    boot_id = UUID(int=1)
    ns = 0

    def now_ns(self) -> int:
        return self.ns


def make(*sensors: str) -> tuple[Clock, Sampler]:
    clock = Clock()
    anchors = AnchorBook()
    sampler = Sampler(clock, [contact(sensor, 10 * S, 20 * MS, anchors) for sensor in sensors])
    for sensor in sensors:
        sampler.observe(sensor, [False])
    return clock, sampler


def test_sampler_edges_of_all_contacts_come_in_the_order_of_time() -> None:
    clock, sampler = make("a", "b")
    sampler.put("b", 3 * S, True)
    sampler.put("a", 1 * S, True)
    sampler.put("a", 2 * S, False)
    clock.ns = 4 * S
    assert [(edge.sensor, edge.clock_ns) for edge in sampler.tick().edges] == [("a", S), ("a", 2 * S), ("b", 3 * S)]


def test_sampler_unsettled_edge_holds_back_what_is_settled() -> None:
    clock, sampler = make("a")
    clock.ns = 1 * S + 5 * MS
    sampler.put("a", 1 * S, True)
    sample = sampler.tick()
    assert sample.edges == ()
    assert sample.settled_until_ns == 1 * S - 1
    clock.ns = 1 * S + 20 * MS
    assert sampler.tick().settled_until_ns == clock.ns


def test_sampler_interval_waits_for_edges_on_their_way() -> None:
    clock, sampler = make("a")
    clock.ns = 10 * S + 20 * MS + GRACE_NS - 1
    assert sampler.tick().readings == ()
    sampler.put("a", 9 * S, True)  # stamped by the kernel before the end, heard of after it
    clock.ns = 10 * S + 20 * MS + GRACE_NS
    (reading,) = sampler.tick().readings
    assert reading.values[0].value == 1.0


def test_sampler_edge_that_comes_too_late_is_counted_in_the_open_interval() -> None:
    clock, sampler = make("a")
    clock.ns = 11 * S
    assert sampler.tick().readings[0].values[0].value == 0.0
    sampler.put("a", 9 * S, True)
    sampler.put("a", 12 * S, False)
    clock.ns = 21 * S
    (reading,) = sampler.tick().readings
    assert reading.values[0].value == 1.0


def test_sampler_inbox_is_bounded_and_what_overflows_makes_the_interval_partial() -> None:
    clock, sampler = make("a")
    for number in range(INBOX_MAX):
        sampler.put("a", 1 * S + number, True)
    sampler.put("a", 4 * S, False)
    sampler.put("a", 6 * S, True)
    assert sampler.overflowed == 2
    clock.ns = 7 * S
    assert sampler.tick().lost == (BootNote(4 * S, 0), Edge("a", 6 * S, True, observed=True))
    clock.ns = 11 * S
    sample = sampler.tick()
    assert sample.lost == ()
    (reading,) = sample.readings
    values = {measured.quantity: measured.value for measured in reading.values}
    assert values == {"actuation_count": 1.0, "occupancy": 700 / 8, "coverage": 80.0}
