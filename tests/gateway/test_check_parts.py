"""`sensorhub gateway check` reads each part on a bus once."""

import random
from pathlib import Path

from gpiozero.pins.mock import MockFactory

from firmware_config.gateway import GatewayConfig
from firmware_config.sensor import SensorConfig
from gateway.buses.buses import BusWorld
from gateway.checks.parts import check_parts
from gateway.sensors.pins import Factory, PinsUnavailable
from simulators.parts import air_climate
from simulators.parts.tamper import Tamper
from simulators.wires.i2c import FakeI2c
from simulators.wires.wires import Wires
from tests.gateway.sensors.bus_rig import START_NS, START_US, bench
from tests.simulators.parts_place import ChangingPlace

AIR = SensorConfig(id="air", kind="air-climate", bus="i2c-1")
ROAD = SensorConfig(id="road", kind="road-temperature", bus="1-wire", device="28-0316a2798aff")
LOOP = SensorConfig(id="loop", kind="loop", pin=4)


def config(*sensors: SensorConfig) -> GatewayConfig:
    return GatewayConfig(gateway="g", sensors=sensors)


def test_part_that_answers_is_well_and_its_values_are_told(tmp_path: Path) -> None:
    shared = bench(tmp_path)
    wires = Wires(shared, random.Random(7), Tamper())
    air_climate.part(AIR, wires, ChangingPlace(START_US)).settle(START_NS)
    world = BusWorld(i2c=shared.i2c, one_wire=tmp_path / "nothing")
    well, wrong = check_parts(config(AIR, ROAD, LOOP), MockFactory, world)
    assert (well.subject, well.state) == ("part i2c-1", "well")
    assert "Air temperature" in well.text
    assert (wrong.subject, wrong.state) == ("part 1-wire", "wrong")
    assert wrong.text.startswith("road: ")


def test_part_that_does_not_answer_costs_only_itself() -> None:
    (found,) = check_parts(config(AIR, LOOP), MockFactory, BusWorld(i2c=FakeI2c))
    assert found.state == "wrong"
    assert "0x76" in found.text


def test_contacts_are_no_parts_and_no_pins_are_told_elsewhere() -> None:
    def none() -> Factory:
        raise PinsUnavailable("no header")

    assert check_parts(config(LOOP), MockFactory) == []
    assert check_parts(config(AIR), none) == []
