"""What goes wrong with one gateway, by the clock of the run."""

from pathlib import Path
from typing import Any

from firmware_config.sensor import SensorConfig
from sensorhub.reading import NS_PER_S, US_PER_S
from simulators.county.faultbook import GATEWAY
from simulators.county.mishaps import Mishaps
from simulators.faults.plan import FaultPlan, Shows
from simulators.faults.tampering import ScenarioTamper
from simulators.pace import START_NS
from simulators.world.place import Place, Weather
from tests.simulators.county.street import AIR, LOOP, START_US, order

SECONDS = 3_600


class Showery(Place):
    """It rains from the tenth minute to the twentieth."""

    def weather(self, time_us: int) -> Weather:
        rains = 600 <= (time_us - self.start_us) / US_PER_S < 1_200
        return Weather(12.0, 75.0, 1013.0, 0.0, 225.0, 2.0 if rains else 0.0, 12.0)


def plan(fault: Any, *shows: Shows, **told: Any) -> FaultPlan:
    return FaultPlan(fault=fault, shows=shows, gateway="street", **told)


def mishaps(folder: Path, *plans: FaultPlan) -> Mishaps:
    return Mishaps(order(folder, SECONDS), plans, lambda _: Showery(START_US), 1)


def at(since_s: int) -> int:
    return START_NS + since_s * NS_PER_S


def test_mishaps_show_where_they_happen(tmp_path: Path) -> None:
    found = mishaps(
        tmp_path,
        plan("stuck", "fault", sensor="loop", from_s=900, to_s=1_500),
        plan("clock-wrong", "trouble", offset_s=90.0, from_s=60, to_s=120),
        plan("network-down", "nothing", from_s=60, to_s=120),
    )
    assert found.spans("loop", SECONDS) == [(900, 1_500)]
    assert found.spans("air", SECONDS) == []
    assert found.spans(GATEWAY, SECONDS) == [(60, 120)]


def test_mishaps_of_a_whole_gateway_show_on_all_of_its_sensors(tmp_path: Path) -> None:
    found = mishaps(tmp_path, plan("power-cut", "partial", from_s=900, to_s=9_000))
    assert found.spans("loop", SECONDS) == found.spans("air", SECONDS) == [(900, SECONDS)]
    assert found.power_cuts() == [(at(900), at(SECONDS))]


def test_mishaps_of_rain_hold_while_it_rains_there(tmp_path: Path) -> None:
    ranger = SensorConfig(id="bay", kind="parking-bay", bus="uart-0")
    found = mishaps(tmp_path, plan("echo-lost", "fault", sensor="bay", when="rain"))
    assert found.spans("bay", SECONDS) == [(600, 1_200)]
    tamper = found.tamper({"bay": ranger}, "bay")
    assert [tamper.echo_lost(at(since_s)) for since_s in (599, 600, 1_199, 1_200)] == [False, True, True, False]


def test_mishaps_of_a_sensor_are_its_own(tmp_path: Path) -> None:
    found = mishaps(tmp_path, plan("stuck", "fault", sensor="loop"))
    sensors = {"loop": LOOP, "air": AIR}
    assert isinstance(found.tamper(sensors, "loop"), ScenarioTamper)
    assert not isinstance(found.tamper(sensors, "air"), ScenarioTamper)


def test_mishaps_of_the_whole_are_switched(tmp_path: Path) -> None:
    found = mishaps(
        tmp_path,
        plan("card-full", "partial", from_s=60, to_s=120),
        plan("network-down", "nothing", from_s=120, to_s=180),
        plan("clock-wrong", "trouble", from_s=10, to_s=20, offset_s=90.0),
    )
    assert found.switches() == [at(60), at(120), at(180)]
    assert [found.now("card-full", at(since_s)) for since_s in (59, 60, 119, 120)] == [False, True, True, False]
    assert [found.ahead_s(at(since_s)) for since_s in (9, 10, 20)] == [0.0, 90.0, 0.0]
    assert found.has("power-cut", "card-full")
    assert not found.has("power-cut")
