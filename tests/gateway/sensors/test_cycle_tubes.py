"""`cycle-tubes`: pulses of wheels on two tubes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.sensors.cycle_tubes import tally
from gateway.sensors.tally import Tally
from sensorhub.clock import seconds_ns
from simulators.world.place import Passage
from tests.gateway.sensors.contact_stand import ContactStand, Told, constants, drive
from tests.gateway.sensors.passing import long_enough_s, passages
from tests.simulators.world.places import STREET, place

UP, DOWN = 0, 1
PINS = {"upstream": 5, "downstream": 6}
PULSE_S = 0.02

Edge = tuple[float, int, bool]


def tubes(**own: float) -> Tally:
    """Two new tubes, 0.3 m apart unless told."""
    return tally(constants("cycle-tubes", **own))


def pulse(at_s: float, tube: int) -> list[Edge]:
    return [(at_s, tube, True), (at_s + PULSE_S, tube, False)]


def wheels(at_s: float, speed_mps: float, *axles_m: float, reverse: bool = False) -> list[Edge]:
    """The edges of all wheels of a vehicle, by how far they are behind its first."""
    later = 0.3 / speed_mps
    first, second = (DOWN, UP) if reverse else (UP, DOWN)
    edges: list[Edge] = []
    for axle_m in axles_m:
        edges += pulse(at_s + axle_m / speed_mps, first) + pulse(at_s + axle_m / speed_mps + later, second)
    return sorted(edges)


def test_two_axles_are_one_cycle_with_its_speed() -> None:
    values = drive(tubes(), wheels(5.0, 6.0, 0.0, 1.05))
    assert values == pytest.approx({"cycle_count": 1, "cycle_reverse_count": 0, "mean_speed": 21.6})


def test_direction_is_by_the_tube_that_is_met_first() -> None:
    edges = wheels(5.0, 6.0, 0.0, 1.05, reverse=True) + wheels(9.0, 5.0, 0.0, 1.0) + wheels(12.0, 4.0, 0.0, 1.1)
    values = drive(tubes(), edges)
    assert (values["cycle_count"], values["cycle_reverse_count"]) == (2, 1)
    assert values["mean_speed"] == pytest.approx((6 + 5 + 4) / 3 * 3.6)


@pytest.mark.parametrize("axles_m", [(0.0, 2.6), (0.0,), (0.0, 0.5)], ids=["car", "one wheel", "pram"])
def test_what_has_no_wheelbase_of_a_cycle_is_none(axles_m: tuple[float, ...]) -> None:
    values = drive(tubes(), wheels(5.0, 5.0, *axles_m) + wheels(20.0, 5.0, 0.0, 1.0))
    assert (values["cycle_count"], values["cycle_reverse_count"]) == (1, 0)


def test_echo_in_a_tube_is_no_wheel() -> None:
    edges = wheels(5.0, 5.0, 0.0, 1.0)
    echoes = [edge for time_s, tube, level in edges if level for edge in pulse(time_s + 0.022, tube)]
    values = drive(tubes(), sorted(edges + echoes))
    assert (values["cycle_count"], values["cycle_reverse_count"]) == (1, 0)


@pytest.mark.parametrize("tube", [UP, DOWN])
@pytest.mark.parametrize("before_s", [0.1, 0.25, 0.5, 5.0])
def test_lone_pulse_costs_the_next_cycle_at_most(tube: int, before_s: float) -> None:
    tally = tubes()
    drive(tally, pulse(20.0 - before_s, tube) + wheels(20.0, 5.0, 0.0, 1.0))
    tally.empty()
    values = drive(tally, [edge for number in range(5) for edge in wheels(30.0 + 2 * number, 5.0, 0.0, 1.0)])
    assert (values["cycle_count"], values["cycle_reverse_count"]) == (5, 0)


def test_cycle_counts_in_the_interval_in_which_its_rear_wheel_crosses_the_second_tube() -> None:
    tally = tubes()
    edges = wheels(59.8, 5.0, 0.0, 1.0)
    assert drive(tally, [edge for edge in edges if edge[0] < 60])["cycle_count"] == 0
    tally.empty()
    for time_s, tube, level in edges:
        if time_s >= 60:
            tally.edge(tube, seconds_ns(time_s), level)
    assert tally.values(1)["cycle_count"] == 1


def test_interval_without_cycles_has_no_speed() -> None:
    assert drive(tubes(), []) == {"cycle_count": 0, "cycle_reverse_count": 0}


def test_half_a_cycle_is_forgotten_when_the_tubes_are_not_read() -> None:
    tally = tubes()
    drive(tally, wheels(5.0, 5.0, 0.0), 5.1)
    tally.lose(seconds_ns(5.1))
    values = drive(tally, wheels(5.2, 5.0, 0.0))
    assert values["cycle_count"] == 0


@settings(max_examples=100, deadline=None)
@given(passages((1_300, 14_000), (150, 220)), st.sampled_from([0.2, 0.3, 0.5, 1.2]))
def test_whatever_passes_is_what_is_told(cycles: list[Passage], spacing_m: float) -> None:
    stand = ContactStand(Told(cycles), kind="cycle-tubes", pins=PINS, calibration={"spacing_m": spacing_m})
    truths = stand.compare(long_enough_s(cycles))
    reverse = sum(cycle.reverse for cycle in cycles)
    assert (truths["cycle_count"], truths["cycle_reverse_count"]) == (len(cycles) - reverse, reverse)


@settings(max_examples=30, deadline=None)
@given(passages((1_300, 14_000), (150, 220)), st.data())
def test_a_copy_goes_on_as_the_original_would(cycles: list[Passage], data: st.DataObject) -> None:
    stand = ContactStand(Told(cycles), kind="cycle-tubes", pins=PINS)
    edges = [(move.clock_ns, int(move.pin == 6), move.active) for move in stand.moves(long_enough_s(cycles))]
    cut = data.draw(st.integers(0, len(edges)))
    original = tubes()
    for clock_ns, tube, level in edges[:cut]:
        original.edge(tube, clock_ns, level)
    twin, other = original.copy(), original.copy()
    for each, swap in ((other, 1), (original, 0), (twin, 0)):
        for clock_ns, tube, level in edges[cut:]:
            each.edge(tube ^ swap, clock_ns, level)
    assert twin.values(1) == original.values(1)


def test_two_days_on_a_path_are_told_as_they_were() -> None:
    stand = ContactStand(place(STREET), kind="cycle-tubes", pins=PINS)
    truths = stand.compare(2 * 86_400)
    assert truths["cycle_count"] > 500
    assert truths["cycle_reverse_count"] > 50
