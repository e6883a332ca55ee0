"""The contract of parts on I2C and SPI: the gateway's code reads from the simulated part what is true at its place."""

from pathlib import Path

import pytest

from firmware_config.sensor import SensorConfig
from gateway.sensors.part import Sample
from sensorhub.clock import seconds_ns
from sensorhub.reading import NS_PER_S
from simulators.parts.part import Truth
from simulators.parts.tamper import Tamper
from tests.gateway.sensors.bus_rig import SENSORS, START_NS, Rig, rig

INTERVALS = 12


def play(rig: Rig, intervals: int = INTERVALS) -> list[Sample]:
    """Read as the gateway does, a moment before each multiple of the time between two; the intervals' readings."""
    sample_s, period_s = rig.sensor.sample_s, rig.sensor.period_s
    assert sample_s is not None
    readings = []
    for interval in range(intervals):
        start_ns = START_NS + interval * period_s * NS_PER_S
        dues = [start_ns + seconds_ns(turn * sample_s) for turn in range(1, round(period_s / sample_s) + 1)]
        readings.append(rig.part.summary([rig.read(due_ns - NS_PER_S // 2) for due_ns in dues]))
    return readings


def until_ns(sensor: SensorConfig) -> int:
    return START_NS + INTERVALS * sensor.period_s * NS_PER_S


def stored_mean(readings: list[Sample], quantity: str) -> float:
    values = [measured.value for reading in readings for measured in reading if measured.quantity == quantity]
    return sum(values) / len(values)


@pytest.mark.parametrize("sensor", SENSORS.values(), ids=lambda sensor: sensor.kind)
def test_readings_are_the_truth_within_its_tolerance(sensor: SensorConfig, tmp_path: Path) -> None:
    each = rig(sensor, tmp_path)
    readings = play(each)
    truths = each.simulated.truths(START_NS, until_ns(sensor))
    assert {truth.quantity for truth in truths} == set(sensor.entry.quantities)
    for truth in truths:
        assert truth.how == "mean"
        assert stored_mean(readings, truth.quantity) == pytest.approx(truth.value, abs=truth.tolerance)
        assert (truth.reason != "") == (truth.tolerance > 0)


@pytest.mark.parametrize("sensor", SENSORS.values(), ids=lambda sensor: sensor.kind)
def test_each_sample_lies_within_the_limits_of_its_kind(sensor: SensorConfig, tmp_path: Path) -> None:
    limits = {measure.quantity: measure.limits for measure in sensor.entry.measures}
    for reading in play(rig(sensor, tmp_path), 3):
        for measured in reading:
            low, high = limits[measured.quantity]
            assert low <= measured.value <= high


@pytest.mark.parametrize("sensor", SENSORS.values(), ids=lambda sensor: sensor.kind)
def test_truth_is_told_for_the_time_that_is_asked(sensor: SensorConfig, tmp_path: Path) -> None:
    each = rig(sensor, tmp_path)
    play(each)
    half_ns = START_NS + (INTERVALS // 2) * sensor.period_s * NS_PER_S

    def values(from_ns: int, to_ns: int) -> dict[str, float]:
        return {truth.quantity: truth.value for truth in each.simulated.truths(from_ns, to_ns)}

    first, second, whole = values(START_NS, half_ns), values(half_ns, until_ns(sensor)), values(0, 2**62)
    assert first.keys() == second.keys() == whole.keys()
    for name, value in whole.items():
        assert value == pytest.approx((first[name] + second[name]) / 2)
    assert values(0, START_NS) == {}


@pytest.mark.parametrize("sensor", SENSORS.values(), ids=lambda sensor: sensor.kind)
def test_same_seed_gives_the_same_readings(sensor: SensorConfig, tmp_path: Path) -> None:
    assert play(rig(sensor, tmp_path), 2) == play(rig(sensor, tmp_path), 2)


def test_truth_is_not_what_reaches_the_gateway(tmp_path: Path) -> None:
    class Frozen(Tamper):
        def value(self, name: str, clock_ns: int, value: float) -> float:
            return 55.0 if name == "laeq" else value

    honest, frozen = (rig(SENSORS["noise-level"], tmp_path, tamper) for tamper in (Tamper(), Frozen()))
    readings = play(frozen)
    play(honest)
    told: list[list[Truth]] = [each.simulated.truths(0, 2**62) for each in (honest, frozen)]
    assert told[0] == told[1]
    assert stored_mean(readings, "laeq") == pytest.approx(55.0, abs=0.1)
