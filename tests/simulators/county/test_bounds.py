"""Between what readings must lie while a fault takes samples away."""

from collections.abc import Sequence

import pytest

from firmware_config.sensor import SensorConfig
from sensorhub.reading import NS_PER_S
from simulators.county.bounds import Bound, bounds_of, only_taken
from simulators.faults.plan import Fault, FaultPlan
from simulators.parts.part import Truth

START_NS = 5 * NS_PER_S
ROAD = SensorConfig.model_validate(
    {"id": "road", "kind": "road-temperature", "bus": "1-wire", "device": "28-0316a279d4ff"}
)
AIR = SensorConfig.model_validate({"id": "air", "kind": "air-climate", "bus": "i2c-1"})


def plans(*faults: Fault, sensor: str = "road") -> list[FaultPlan]:
    return [FaultPlan(fault=fault, gateway="weir", sensor=sensor, shows=("partial",)) for fault in faults]


@pytest.mark.parametrize(
    ("sensor", "mine", "taken"),
    [
        (ROAD, plans("flipped"), True),
        (ROAD, plans("flipped", "frozen"), False),
        (ROAD, plans("flipped", sensor="other"), False),
        (ROAD, [FaultPlan(fault="power-cut", gateway="weir", shows=("partial",))], False),
        (AIR, plans("flipped", sensor="air"), False),
    ],
)
def test_bounds_are_known_where_no_value_is_altered(sensor: SensorConfig, mine: list[FaultPlan], taken: bool) -> None:
    assert only_taken(sensor, mine) is taken


def test_bounds_are_those_of_the_samples_of_the_times_asked_for() -> None:
    samples = {START_NS + since_s * NS_PER_S: float(since_s) for since_s in range(0, 600, 10)}

    def truths(from_ns: int, until_ns: int) -> Sequence[Truth]:
        found = [value for clock_ns, value in samples.items() if from_ns <= clock_ns < until_ns]
        assert len(found) < 2
        return [Truth("road_temperature", "mean", value, 0.03, "sixteenths") for value in found]

    assert bounds_of(ROAD.model_copy(update={"sample_s": 10}), [(60, 120), (240, 300)], START_NS, truths) == [
        Bound("road_temperature", 60.0, 290.0, 0.03)
    ]
    assert bounds_of(ROAD, [], START_NS, truths) == []
