"""The sampler and the detector: order of edges, when intervals close."""

from uuid import UUID

from gateway.anchors.times import AnchorBook
from gateway.recorder.contact import GRACE_NS, Contact
from gateway.recorder.level import Level
from gateway.recorder.sampler import INBOX_MAX, Sampler
from gateway.spool import BootNote, Edge
from tests.gateway.recorder.contacts import contact, counted, pair

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


def make_pair(*, journalled: bool = True) -> tuple[Clock, Sampler]:
    clock = Clock()
    sampler = Sampler(clock, [Contact("p", pair("p", 10 * S, AnchorBook()), 20 * MS, 2, journalled)])
    sampler.observe("p", [False, False])
    return clock, sampler


def test_sampler_two_contacts_of_a_sensor_come_in_the_order_of_time() -> None:
    clock, sampler = make_pair()
    sampler.put("p", 2 * S, True, 1)
    sampler.put("p", 1 * S, True, 0)
    sampler.put("p", 3 * S, False, 0)
    clock.ns = 4 * S
    edges = sampler.tick().edges
    assert [(edge.channel, edge.clock_ns // S) for edge in edges] == [(0, 1), (1, 2), (0, 3)]


def test_sampler_what_overflows_of_one_contact_leaves_its_neighbour_as_it_moved_last() -> None:
    clock, sampler = make_pair()
    for number in range(INBOX_MAX - 1):
        sampler.put("p", 1 * S + number, True, 0)
    sampler.put("p", 3_999 * MS, True, 1)  # has not settled when what comes next does not fit
    sampler.put("p", 4 * S, False, 0)
    sampler.put("p", 4 * S + MS, True, 0)
    clock.ns = 7 * S
    sample = sampler.tick()
    assert sample.lost == (
        BootNote(4 * S, 0),
        Edge("p", 4 * S + MS, True, observed=True),
        Edge("p", 4 * S + MS, True, observed=True, channel=1),
    )
    sampler.put("p", 8 * S, False, 1)
    clock.ns = 11 * S
    (reading,) = sampler.tick().readings
    values = {measured.quantity: measured.value for measured in reading.values}
    assert values["occupancy"] > 100 * 3.9 / 10  # both were closed from 4 s to 8 s


def test_sampler_edge_that_comes_while_it_ticks_comes_after_what_did_not_fit() -> None:
    class Heard(Contact):
        coming = True

        def edge(self, clock_ns: int, level: bool, channel: int = 0) -> None:
            super().edge(clock_ns, level, channel)
            if self.coming:
                self.coming = False
                sampler.put("a", 3 * S, True)  # as a thread does once the first was taken out

    clock = Clock()
    sampler = Sampler(clock, [Heard("a", counted("a", 10 * S, AnchorBook()), 20 * MS)])
    sampler.observe("a", [False])
    for _ in range(INBOX_MAX):
        sampler.put("a", 1 * S, True)
    sampler.put("a", 2 * S, False)
    clock.ns = 4 * S
    assert sampler.tick().lost[1:] == (Edge("a", 2 * S, False, observed=True),)
    assert [(edge.clock_ns // S, edge.level) for edge in sampler.tick().edges] == [(3, True)]


def test_sampler_edges_in_memory_only_are_counted_and_not_journalled() -> None:
    clock, sampler = make_pair(journalled=False)
    sampler.put("p", 1 * S, True, 0)
    sampler.put("p", 2 * S, True, 1)
    clock.ns = 3 * S
    assert sampler.tick().edges == ()
    assert sampler.observe("p", [True, True]) == []
    clock.ns = 11 * S
    (reading,) = sampler.tick().readings
    assert reading.values[0].value == 1


def test_sampler_edges_in_memory_only_that_do_not_fit_make_the_interval_partial_and_no_entry() -> None:
    clock, sampler = make_pair(journalled=False)
    for number in range(INBOX_MAX):
        sampler.put("p", 1 * S + number, True, 0)
    sampler.put("p", 4 * S, False, 0)
    sampler.put("p", 6 * S, True, 0)
    clock.ns = 11 * S
    sample = sampler.tick()
    assert (sample.edges, sample.lost) == ((), ())
    assert {measured.quantity: measured.value for measured in sample.readings[0].values}["coverage"] == 80


def test_sampler_held_contact_that_overflows_is_told_as_it_is_now() -> None:
    clock = Clock()
    sampler = Sampler(clock, [Level("f", "float_active", 900 * S, 0, lambda measured: measured)])
    sampler.observe("f", [False], 1 * S)
    for number in range(INBOX_MAX):
        sampler.put("f", 2 * S + number, True)
    sampler.put("f", 3 * S, False)
    sampler.put("f", 4 * S, True)
    clock.ns = 5 * S
    told = [(reading.clock_ns // S, reading.values[0].value) for reading in sampler.tick().readings]
    assert told == [(1, 0), (2, 1), (4, 1)]


def test_sampler_settled_held_contact_holds_back_nothing() -> None:
    clock = Clock()
    sampler = Sampler(clock, [Level("f", "float_active", 900 * S, 20 * MS, lambda measured: measured)])
    sampler.observe("f", [False], 1 * S)
    sampler.put("f", 2 * S, True)
    clock.ns = 2 * S + 19 * MS
    assert sampler.tick().settled_until_ns == 2 * S - 1
    clock.ns = 2 * S + 20 * MS
    assert sampler.tick().settled_until_ns == clock.ns
