"""`loop-pair`: what two loops say of themselves."""

from collections.abc import Sequence

from gateway.sensors.loop_pair import ALONE_CLOSURES, REVERSED_VEHICLES, TOGETHER_VEHICLES, UNEQUAL_VEHICLES
from gateway.sensors.tally import Tally
from tests.gateway.sensors.contact_stand import drive
from tests.gateway.sensors.loop_edges import UP, Edge, in_order, pair, passing


def _fault_of(loops: Tally, vehicles: Sequence[list[Edge]]) -> str:
    drive(loops, in_order(*vehicles))
    return loops.fault


def test_loop_that_sees_nothing_while_the_other_counts_is_a_fault_until_it_sees() -> None:
    loops = pair()
    lone = [[edge for edge in passing(2.0 * number, 20.0, 4.0) if edge[1] == UP] for number in range(ALONE_CLOSURES)]
    assert _fault_of(loops, lone[:-1]) == ""
    assert "downstream one saw nothing" in _fault_of(loops, lone)
    assert _fault_of(loops, [passing(1.0, 20.0, 4.0)]) == ""


def test_crossed_loops_are_a_fault_until_one_comes_the_right_way() -> None:
    loops = pair()
    reverse = [passing(2.0 * number, 20.0, 4.0, reverse=True) for number in range(REVERSED_VEHICLES)]
    assert _fault_of(loops, reverse[:-1]) == ""
    loops = pair()
    assert "crossed" in _fault_of(loops, reverse)
    assert len(loops.fault) <= 200
    assert _fault_of(loops, [passing(1.0, 20.0, 4.0)]) == ""


def test_loops_that_close_together_are_a_fault_until_one_drives_from_one_to_the_other() -> None:
    loops = pair()
    together = [passing(2.0 * number, 2_000.0, 600.0) for number in range(TOGETHER_VEHICLES)]
    assert _fault_of(loops, together[:-1]) == ""
    loops = pair()
    assert "Both loops close at almost the same time" in _fault_of(loops, together)
    assert len(loops.fault) <= 200
    assert _fault_of(loops, [passing(1.0, 20.0, 4.0)]) == ""


def test_on_times_that_differ_in_free_flow_are_a_fault_until_they_do_not() -> None:
    loops = pair()
    unequal = [passing(2.0 * number, 25.0, 4.0, hold_s=0.06) for number in range(UNEQUAL_VEHICLES)]
    assert "differ" in _fault_of(loops, unequal)
    assert len(loops.fault) <= 200
    assert _fault_of(loops, [passing(2.0 * number, 25.0, 4.0) for number in range(UNEQUAL_VEHICLES)]) == ""


def test_unequal_on_times_of_a_queue_are_no_fault() -> None:
    slow = [passing(5.0 * number, 3.0, 4.0, hold_s=0.6) for number in range(2 * UNEQUAL_VEHICLES)]
    assert _fault_of(pair(), slow) == ""
