"""A cabinet: parts on pins and buses, as a gateway finds them."""

from itertools import islice
from pathlib import Path

import pytest

from firmware_config.sensor import SensorConfig
from gateway.buses.buses import Buses
from gateway.recorder.poller import part_of
from sensorhub.reading import NS_PER_S
from simulators.pace import START_NS
from simulators.parts.part import PinMove, Truth
from tests.simulators.county.street import AIR, LOOP, cabinet, clock_s

PIR = SensorConfig(id="pir", kind="activity", pin=6)


@pytest.mark.parametrize(
    ("sensor", "pin", "low_when_active"),
    [
        (LOOP, 5, True),
        (LOOP.model_copy(update={"active": "open"}), 5, False),
        (PIR, 6, False),
    ],
)
def test_cabinet_contact_pulls_its_pin_as_it_is_wired(
    sensor: SensorConfig, pin: int, low_when_active: bool, tmp_path: Path
) -> None:
    made = cabinet(tmp_path, sensor)
    contact = made.factory.contact(pin)
    contact.pull = "up"  # as the gateway watches it
    assert bool(contact.state) is low_when_active  # idle from the start
    made.drive(PinMove(START_NS, pin, active=True))
    assert bool(contact.state) is not low_when_active
    made.drive(PinMove(START_NS, pin, active=False))
    assert bool(contact.state) is low_when_active
    made.close()


def test_cabinet_moves_of_all_parts_come_in_the_order_of_time(tmp_path: Path) -> None:
    made = cabinet(tmp_path, LOOP, SensorConfig(id="second", kind="loop", pin=6))
    moves = list(islice(made.moves(), 200))
    assert moves == sorted(moves)
    assert {move.pin for move in moves} == {5, 6}
    assert clock_s(moves[0].clock_ns) == pytest.approx(10, abs=0.1)
    assert list(islice(made.moves(), 200)) == moves  # each call begins again
    made.close()


def test_cabinet_part_on_a_bus_is_read_as_it_was_settled(tmp_path: Path) -> None:
    made = cabinet(tmp_path, AIR)
    made.settle("air", START_NS)
    part = part_of(AIR, Buses(made.factory, made.bench.bus_world()))
    read = part.read(START_NS)
    assert read is not None
    values = {measured.quantity: measured.value for measured in read}
    assert values["air_temperature"] == pytest.approx(12.0, abs=0.02)
    assert values["relative_humidity"] == pytest.approx(75.0, abs=0.05)
    part.close()
    made.close()


def test_cabinet_tells_what_truly_happened_by_sensor(tmp_path: Path) -> None:
    made = cabinet(tmp_path, LOOP, AIR)
    until_ns = START_NS + 3_600 * NS_PER_S
    made.settle("air", START_NS + 5 * NS_PER_S)
    assert Truth("vehicle_count", "sum", 359) in made.truths("loop", START_NS, until_ns)
    assert {truth.quantity: round(truth.value, 6) for truth in made.truths("air", START_NS, until_ns)}[
        "air_temperature"
    ] == 12.0
    made.close()
    made.close()  # may be called twice
