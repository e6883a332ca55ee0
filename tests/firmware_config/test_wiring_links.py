"""Wires that do not reach the Pi: shunts, channels of converters, and the jumpers that set addresses."""

import pytest

from firmware_config.catalogue import entry, kinds
from firmware_config.sensor import SensorConfig
from firmware_config.wiring.links import links
from firmware_config.wiring.shapes import COLOURS, fill_of


def _links(**told: object) -> list[str]:
    sensor = SensorConfig.model_validate({"id": "s", **told})
    return [f"{each} [{each.part}]" if each.part else f"{each}" for each in links(sensor)]


def test_probe_has_its_shunt_the_channel_it_goes_to_and_the_jumper_of_the_converter() -> None:
    told = {
        "kind": "river-level",
        "bus": "i2c-1",
        "address": 0x4A,
        "channels": {"probe": 2},
        "calibration": {"mounting_height_mm": 900, "shunt_ohm": 99.8},
    }

    assert _links(**told) == [
        "supply, 24 V to probe +, red",
        "probe - to ADS1115 A2, white",
        "ADS1115 A2 to ADS1115 GND, black [99.8 ohm, 0.1 %: the shunt]",
        "supply, 0 V to ADS1115 GND, black",
        "ADS1115 ADDR to SDA, jumper [sets the address 0x4a]",
    ]


def test_part_on_its_other_bus_has_no_wires_of_the_converter() -> None:
    assert _links(kind="river-level", bus="uart-0", calibration={"mounting_height_mm": 900}) == []


def test_converter_is_told_by_the_name_of_its_terminal() -> None:
    vane = _links(kind="wind-vane", bus="spi-0.0", channels={"vane": 3})
    assert vane[0] == "vane, the other wire to MCP3008 CH3 (4), orange"
    assert vane[1].endswith("[10 kohm, 1 %]")
    assert "meter A to MCP3008 CH7 (8), orange" in _links(kind="noise-level", bus="spi-0.1", channels={"level": 7})


@pytest.mark.parametrize(
    ("kind", "address", "told"),
    [
        ("air-climate", 0x76, "SDO to GND, jumper [sets the address 0x76]"),
        ("air-climate", 0x77, "SDO to VIN, jumper [sets the address 0x77]"),
        ("air-climate-sht", None, "ADDR (ADR) to GND, jumper [sets the address 0x44]"),
        ("room-climate", 0x45, "SHT31 ADDR (ADR) to VIN, jumper [sets the address 0x45]"),
    ],
)
def test_address_is_set_by_a_jumper(kind: str, address: int | None, told: str) -> None:
    assert _links(kind=kind, bus="i2c-1", address=address) == [told]


@pytest.mark.parametrize("kind", kinds())
def test_each_address_that_can_be_set_and_each_channel_is_drawn(kind: str) -> None:
    known = entry(kind)
    for bus in known.buses:
        assert bus.strap or bus.type != "i2c" or len(bus.addresses) < 2
        linked = [each for each in known.links if each.bus in (None, bus.type)]
        assert set(bus.channels) <= {name for each in linked for name in each.names}
    assert all(fill_of(each.colour) in COLOURS.values() for each in known.links)
