"""`sensorhub gateway check` reads each part on a bus, and waits for those that speak by themselves."""

import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory

from firmware_config.gateway import GatewayConfig
from firmware_config.sensor import SensorConfig
from gateway.buses.buses import BusWorld
from gateway.buses.chips.sds011 import REPORT
from gateway.checks.parts import check_parts
from simulators.parts import air_climate
from simulators.parts.particulates_sds import frame_of
from simulators.parts.tamper import Tamper
from simulators.wires.i2c import FakeI2c
from simulators.wires.pty import Pty
from simulators.wires.wires import Wires
from tests.gateway.sensors.bus_rig import START_NS, START_US, bench
from tests.simulators.parts_place import ChangingPlace

AIR = SensorConfig(id="air", kind="air-climate", bus="i2c-1")
ROAD = SensorConfig(id="road", kind="road-temperature", bus="1-wire", device="28-0316a2798aff")
DUST = SensorConfig(id="dust", kind="particulates-sds", bus="uart-0")
VANE = SensorConfig(id="vane", kind="wind-vane", bus="spi-0.0", channels={"vane": 0})
BIN = SensorConfig(id="bin", kind="bin-fill", pins={"trigger": 23, "echo": 24}, level_shift=True)
LOOP = SensorConfig(id="loop", kind="loop", pin=4)


@pytest.fixture
def line() -> Iterator[Pty]:
    pty = Pty()
    yield pty
    pty.close()


def config(*sensors: SensorConfig) -> GatewayConfig:
    return GatewayConfig(gateway="g", sensors=sensors)


def test_part_that_answers_is_well_and_its_values_are_told(tmp_path: Path) -> None:
    shared = bench(tmp_path)
    wires = Wires(shared, random.Random(7), Tamper())
    air_climate.part(AIR, wires, ChangingPlace(START_US)).settle(START_NS)
    world = BusWorld(i2c=shared.i2c, one_wire=tmp_path / "nothing")
    well, wrong = check_parts(config(AIR, ROAD, LOOP), MockFactory(), world)
    assert (well.subject, well.state) == ("part i2c-1", "well")
    assert "Air temperature" in well.text
    assert (wrong.subject, wrong.state) == ("part 1-wire", "wrong")
    assert wrong.text.startswith("road: ")


def test_part_that_does_not_answer_costs_only_itself() -> None:
    (found,) = check_parts(config(AIR, LOOP), MockFactory(), BusWorld(i2c=FakeI2c))
    assert found.state == "wrong"
    assert "0x76" in found.text


def test_contacts_are_no_parts() -> None:
    assert check_parts(config(LOOP), MockFactory()) == []


def test_pins_that_cannot_be_opened_cost_only_the_parts_that_need_them(tmp_path: Path) -> None:
    shared = bench(tmp_path)
    air_climate.part(AIR, Wires(shared, random.Random(7), Tamper()), ChangingPlace(START_US)).settle(START_NS)
    vane, bin_, air = check_parts(config(VANE, BIN, AIR), None, BusWorld(i2c=shared.i2c))
    assert (vane.state, bin_.state, air.state) == ("wrong", "wrong", "well")
    assert "The pins cannot be opened" in vane.text
    assert "The pins cannot be opened" in bin_.text


def test_part_that_speaks_by_itself_is_waited_for(line: Pty) -> None:
    def speak() -> None:
        while not line.received().endswith(REPORT):
            assert not stopped.wait(0.01)
        line.send(frame_of(0.0, 3.4))

    stopped = threading.Event()
    speaking = threading.Thread(target=speak)
    speaking.start()
    (found,) = check_parts(config(DUST), MockFactory(), BusWorld(serial_path=lambda _: str(line.path)))
    stopped.set()
    speaking.join()
    assert (found.state, found.text) == ("well", "dust answers: PM2.5 0 µg/m³, PM10 3 µg/m³.")


def test_part_that_is_silent_is_wrong_though_it_may_be_asleep(line: Pty) -> None:
    (found,) = check_parts(config(DUST), MockFactory(), BusWorld(serial_path=lambda _: str(line.path)))
    assert found.state == "wrong"
    assert "SDS011" in found.text
    assert "is silent: nothing came in 3" in found.text
