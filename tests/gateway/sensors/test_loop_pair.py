"""`loop-pair`: what two loops say of vehicles."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.sensors.loop_pair import LoopPairTally
from gateway.sensors.tally import Tally
from sensorhub.clock import seconds_ns
from simulators.world.place import Passage
from tests.gateway.sensors.contact_stand import ContactStand, Told, drive
from tests.gateway.sensors.loop_edges import DOWN, UP, in_order, pair, passing
from tests.gateway.sensors.passing import long_enough_s, passages
from tests.simulators.world.places import A127, place

PINS = {"upstream": 5, "downstream": 6}
MPH = 1.609344 / 3.6
KMH = 1 / 3.6


@pytest.mark.parametrize(("mph", "travel_s"), [(70, 0.1438), (20, 0.503)])
def test_speed_is_spacing_over_time_between_leading_edges(mph: float, travel_s: float) -> None:
    on_s = 1.5 * travel_s
    edges = [
        (1.0, UP, True),
        (1.0 + on_s, UP, False),
        (1.0 + travel_s, DOWN, True),
        (1.0 + travel_s + on_s, DOWN, False),
    ]
    assert drive(pair(), in_order(edges))["mean_speed"] == pytest.approx(mph * MPH / KMH, rel=1e-3)


def test_vehicle_is_measured() -> None:
    values = drive(pair(), passing(10.0, 25.0, 4.2))
    assert values == pytest.approx(
        {
            "vehicle_count": 1,
            "reverse_count": 0,
            "vehicle_count_to_520cm": 1,
            "vehicle_count_521_660cm": 0,
            "vehicle_count_661_1160cm": 0,
            "vehicle_count_over_1160cm": 0,
            "mean_speed": 90.0,
            "mean_vehicle_length": 4.2,
            "occupancy": 6.2 / 25 / 60 * 100,
        }
    )


def test_interval_without_vehicles_has_counts_and_no_speed() -> None:
    values = drive(pair(), [])
    assert values.pop("occupancy") == 0.0
    assert set(values.values()) == {0.0}
    assert all("count" in name for name in values)


def test_headway_is_front_to_front_and_gap_is_rear_to_front() -> None:
    values = drive(pair(), in_order(passing(1.0, 20.0, 4.0), passing(3.0, 10.0, 6.0), passing(9.0, 30.0, 4.0)))
    assert values["mean_headway"] == pytest.approx((2.0 + 6.0) / 2)
    assert values["mean_gap"] == pytest.approx((2.0 - 4 / 20 + 6.0 - 6 / 10) / 2)


def test_vehicle_that_follows_while_the_last_is_between_the_loops_is_another() -> None:
    values = drive(pair(), in_order(passing(1.0, 10.0, 2.0), passing(1.5, 10.0, 2.0), passing(2.0, 10.0, 2.0)))
    assert values["vehicle_count"] == 3
    assert values["mean_speed"] == pytest.approx(36.0)
    assert values["mean_vehicle_length"] == pytest.approx(2.0)
    assert values["mean_gap"] == pytest.approx(0.3)


def test_direction_is_by_the_loop_that_closed_first() -> None:
    values = drive(pair(), in_order(passing(1.0, 20.0, 4.0), passing(30.0, 15.0, 4.0, reverse=True)))
    assert (values["vehicle_count"], values["reverse_count"]) == (2, 1)
    assert values["mean_speed"] == pytest.approx((72 + 54) / 2)
    assert "mean_headway" not in values


def test_vehicle_counts_in_the_interval_in_which_it_leaves_the_second_loop() -> None:
    loops = pair()
    edges = passing(59.9, 20.0, 4.0)
    first = drive(loops, in_order(edge for edge in edges if edge[0] < 60))
    loops.empty()
    for time_s, channel, level in in_order(edge for edge in edges if edge[0] >= 60):
        loops.edge(channel, seconds_ns(time_s), level)
    second = loops.values(seconds_ns(60))
    assert (first["vehicle_count"], second["vehicle_count"]) == (0, 1)
    assert second["mean_speed"] == pytest.approx(72.0)
    assert first["occupancy"] + second["occupancy"] == pytest.approx(0.3 / 60 * 100)


def test_standing_vehicle_counts_without_speed_and_fills_the_time() -> None:
    edges = [(5.0, UP, True), (45.0, UP, False), (44.0, DOWN, True), (46.0, DOWN, False)]
    values = drive(pair(), in_order(edges))
    assert values["vehicle_count"] == 1
    assert values["occupancy"] == pytest.approx(40 / 60 * 100)
    assert "mean_speed" not in values
    assert "mean_vehicle_length" not in values


def test_vehicle_that_stood_over_both_loops_keeps_its_speed_and_has_no_length() -> None:
    edges = [(5.0, UP, True), (45.0, UP, False), (5.45, DOWN, True), (45.45, DOWN, False)]
    values = drive(pair(), in_order(edges))
    assert values["mean_speed"] == pytest.approx(36.0)
    assert "mean_vehicle_length" not in values
    assert sum(values[name] for name in values if name.endswith("cm")) == 0


@pytest.mark.parametrize("travel_s", [0.05, 0.0])
def test_implausible_speed_is_left_out_and_the_vehicle_counts(travel_s: float) -> None:
    edges = [(5.0, UP, True), (5.2, UP, False), (5.0 + travel_s, DOWN, True), (5.2 + travel_s, DOWN, False)]
    values = drive(pair(), in_order(edges))
    assert values["vehicle_count"] == 1
    assert "mean_speed" not in values


@pytest.mark.parametrize("channel", [UP, DOWN])
def test_lone_closure_does_not_shift_the_pairing(channel: int) -> None:
    lone = [(10.0, channel, True), (10.3, channel, False)]
    vehicles = [passing(12.0 + 2 * number, 20.0, 4.0) for number in range(10)]
    values = drive(pair(), in_order(lone, *vehicles))
    assert (values["vehicle_count"], values["reverse_count"]) == (10, 0)
    assert values["mean_speed"] == pytest.approx(72.0)


@pytest.mark.parametrize("channel", [UP, DOWN])
@pytest.mark.parametrize("before_s", [0.05, 0.2, 0.31])
def test_lone_closure_right_before_a_vehicle_costs_two_at_most(channel: int, before_s: float) -> None:
    lone = [(20.0 - before_s, channel, True), (20.0 - before_s + 0.03, channel, False)]
    vehicles = [passing(20.0 + 2 * number, 20.0, 4.0) for number in range(10)]
    loops = pair()
    drive(loops, in_order(lone, *vehicles))
    loops.empty()
    values = drive(loops, in_order(*(passing(20.0 + 2 * number, 20.0, 4.0) for number in range(10))))
    assert (values["vehicle_count"], values["reverse_count"]) == (10, 0)


def test_vehicle_that_is_found_over_the_loops_counts_without_speed() -> None:
    loops = pair()
    loops.observe(UP, 0, True)
    loops.observe(DOWN, 0, True)
    for time_s, channel in ((0.5, UP), (0.7, DOWN)):
        loops.edge(channel, seconds_ns(time_s), False)
    values = loops.values(seconds_ns(60))
    assert (values["vehicle_count"], values["reverse_count"]) == (1, 0)
    assert "mean_speed" not in values


def test_what_is_under_way_is_forgotten_when_the_loops_are_not_read() -> None:
    loops = pair()
    drive(loops, [(5.0, UP, True), (5.3, UP, False)], 10.0)
    loops.lose(seconds_ns(10))
    values = drive(loops, passing(20.0, 20.0, 4.0))
    assert (values["vehicle_count"], values["reverse_count"]) == (1, 0)
    assert "mean_headway" not in values


def test_85th_percentile_needs_30_vehicles() -> None:
    vehicles = [passing(1 + 1.9 * number, 10.0 + number / 2, 4.0) for number in range(30)]
    values = drive(pair(), in_order(*vehicles))
    assert values["speed_85"] == pytest.approx((10 + 25 / 2) * 3.6)
    assert "speed_85" not in drive(pair(), in_order(*vehicles[:29]))


VEHICLES = passages((1_500, 48_000), (180, 1_875), stands_ds=(35, 400))


@settings(max_examples=200, deadline=None)
@given(VEHICLES, st.sampled_from([(4.5, 2.0), (3.66, 1.8), (6.0, 2.4), (2.0, 2.0)]))
def test_whatever_passes_is_what_is_told(vehicles: list[Passage], built: tuple[float, float]) -> None:
    calibration = {"spacing_m": built[0], "loop_length_m": built[1]}
    stand = ContactStand(Told(vehicles), kind="loop-pair", pins=PINS, calibration=calibration)
    truths = stand.compare(long_enough_s(vehicles))
    assert truths["vehicle_count"] == len(vehicles)
    assert truths["reverse_count"] == sum(vehicle.reverse for vehicle in vehicles)


@settings(max_examples=60, deadline=None)
@given(VEHICLES, st.data())
def test_a_copy_goes_on_as_the_original_would(vehicles: list[Passage], data: st.DataObject) -> None:
    stand = ContactStand(Told(vehicles), kind="loop-pair", pins=PINS)
    edges = [(move.clock_ns, int(move.pin == 6), move.active) for move in stand.moves(long_enough_s(vehicles))]
    cut = data.draw(st.integers(0, len(edges)))

    def feed(loops: Tally, part: list[tuple[int, int, bool]]) -> None:
        for clock_ns, channel, level in part:
            loops.advance(clock_ns)
            loops.edge(channel, clock_ns, level)

    original = pair()
    feed(original, edges[:cut])
    twin, other = original.copy(), original.copy()
    feed(other, [(clock_ns, channel, not level) for clock_ns, channel, level in edges[cut:]])
    feed(original, edges[cut:])
    feed(twin, edges[cut:])
    assert twin.values(10**12) == original.values(10**12)
    assert twin.fault == original.fault


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5_000), st.sampled_from((UP, DOWN, None))), max_size=60))
def test_whatever_the_contacts_do_the_counts_agree(moves: list[tuple[int, int | None]]) -> None:
    loops = pair()
    levels = [False, False]
    clock_ns = closures = 0
    for gap_ms, channel in moves:
        clock_ns += gap_ms * 1_000_000
        loops.advance(clock_ns)
        if channel is None:
            loops.lose(clock_ns)
            for at, level in enumerate(levels):
                loops.observe(at, clock_ns, level)
        else:
            levels[channel] = not levels[channel]
            closures += levels[channel]
            loops.edge(channel, clock_ns, levels[channel])
    values = loops.values(clock_ns + 1)
    assert 0 <= values["reverse_count"] <= values["vehicle_count"] <= closures
    assert sum(values[name] for name in values if name.endswith("cm")) <= values["vehicle_count"]
    assert 0 <= values["occupancy"] <= 100
    assert values.get("mean_speed", 5.0) >= 5.0


def test_nothing_grows_while_a_loop_chatters() -> None:
    loops = pair()
    assert isinstance(loops, LoopPairTally)
    drive(loops, ((0.05 * number, UP, number % 2 == 0) for number in range(10_000)), 600.0)
    assert len(loops._passing) <= 2


def test_a_day_on_a_road_is_told_as_it_was() -> None:
    stand = ContactStand(place(A127, seed=1), kind="loop-pair", pins=PINS)
    truths = stand.compare(86_400)
    assert truths["vehicle_count"] > 10_000
    assert not stand.faults


def test_moves_are_the_same_each_time() -> None:
    stand = ContactStand(place(A127), kind="loop-pair", pins=PINS)
    moves = list(stand.moves(3_600))
    assert list(stand.moves(3_600)) == moves
    assert moves == sorted(moves)
