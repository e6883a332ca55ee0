"""What the vehicles of an interval come to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sensors.traffic import LENGTH_CLASSES, SPEEDS_MIN, Vehicle, length_class, percentile_85, traffic_values


@pytest.mark.parametrize(
    ("length_m", "name"),
    [
        (1.8, "vehicle_count_to_520cm"),
        (5.20, "vehicle_count_to_520cm"),
        (5.21, "vehicle_count_521_660cm"),
        (6.60, "vehicle_count_521_660cm"),
        (6.61, "vehicle_count_661_1160cm"),
        (11.60, "vehicle_count_661_1160cm"),
        (11.61, "vehicle_count_over_1160cm"),
        (18.75, "vehicle_count_over_1160cm"),
    ],
)
def test_length_classes_are_those_of_webtris(length_m: float, name: str) -> None:
    assert length_class(length_m) == name
    assert name in LENGTH_CLASSES


@pytest.mark.parametrize(("number", "rank"), [(1, 1), (20, 17), (30, 26), (40, 34), (60, 51), (100, 85)])
def test_85th_percentile_is_by_nearest_rank(number: int, rank: int) -> None:
    assert percentile_85([float(speed) for speed in range(number, 0, -1)]) == rank


@given(st.lists(st.floats(1, 200), min_size=1, max_size=200))
def test_85_of_100_do_not_exceed_the_85th_percentile(speeds: list[float]) -> None:
    limit = percentile_85(speeds)
    assert 100 * sum(speed <= limit for speed in speeds) >= 85 * len(speeds)
    assert 100 * sum(speed < limit for speed in speeds) < 85 * len(speeds)


def test_what_no_vehicle_has_is_left_out() -> None:
    values = traffic_values([Vehicle(reverse=True)])
    assert values == {"vehicle_count": 1.0, "reverse_count": 1.0, **dict.fromkeys(LENGTH_CLASSES, 0.0)}


def test_percentile_counts_only_those_with_a_speed() -> None:
    fast = [Vehicle(reverse=False, speed_kmh=50.0)] * (SPEEDS_MIN - 1)
    values = traffic_values([*fast, Vehicle(reverse=False)])
    assert values["vehicle_count"] == SPEEDS_MIN
    assert "speed_85" not in values
    assert traffic_values([*fast, fast[0]])["speed_85"] == 50.0
