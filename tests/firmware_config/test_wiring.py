"""The wiring picture: every pin of every sensor, once, with what must sit in the wire."""

import io
import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from firmware_config.boards import boards
from firmware_config.catalogue import entry, kinds
from firmware_config.gateway import GatewayFile
from firmware_config.header import HEADER, PHYSICAL
from firmware_config.wiring.connections import POWER, Connection, connections
from firmware_config.wiring.layout import BOX_WIDTH, lay_out
from firmware_config.wiring.shapes import COLOURS, SYMBOLS, fill_of, symbol, symbol_of
from firmware_config.wiring.svg import wiring_svg
from firmware_config.wiring.terminal import print_wiring
from firmware_config.wiring.wired import Wired, wired
from sensorhub.errors import AskedWrong
from tests.firmware_config.example import ESSEX

GATEWAYS = sorted(path.stem for path in (ESSEX / "gateways").glob("*.toml"))
SVG = "{http://www.w3.org/2000/svg}"
BUS_ENDS = {"SDA", "SCL", "TX", "RX", "MOSI", "MISO", "SCLK", "CE0", "1-WIRE", "USB"}


def _wires(**told: object) -> list[Connection]:
    gateway = GatewayFile.model_validate({"gateway": "g", "board": "4b", **told})
    return connections(gateway, boards()["4b"])


def _of(wires: list[Connection], end: str) -> Connection:
    (found,) = (wire for wire in wires if wire.end == end)
    return found


@pytest.mark.parametrize("kind", kinds())
def test_kind_has_a_wire_for_each_input_and_no_unknown_end(kind: str) -> None:
    known = entry(kind)
    ends = [wire.end for wire in known.wires]
    inputs = {each.name for each in known.inputs}

    assert inputs <= set(ends)
    assert set(ends) <= inputs | BUS_ENDS | set(POWER)
    assert bool(ends) == bool(inputs or any(each.type != "file" for each in known.buses))
    assert all(fill_of(wire.colour) in COLOURS.values() for wire in known.wires)
    assert {wire.bus for wire in known.wires} <= {None, *(each.type for each in known.buses)}


@pytest.mark.parametrize("name", GATEWAYS)
def test_picture_has_every_pin_of_every_sensor(name: str) -> None:
    picture = wired(name, ESSEX)
    for sensor in picture.gateway.sensors:
        own = {wire.pin for wire in picture.wires if wire.sensor == sensor.id}
        assert {PHYSICAL[pin] for pin in sensor.pin_of.values()} <= own
        if sensor.bus is not None and not sensor.bus.startswith("/dev/"):
            (interface,) = (each for each in picture.board.interfaces if each.serves(sensor.bus))
            assert own & {PHYSICAL[pin] for pin in interface.pins.values()}
        assert len([wire for wire in picture.wires if wire.sensor == sensor.id]) >= len(sensor.pin_of)


@pytest.mark.parametrize("name", GATEWAYS)
def test_wires_end_where_their_pin_carries_what_they_need(name: str) -> None:
    for wire in wired(name, ESSEX).wires:
        if wire.pin is None:
            assert wire.carries.startswith("/dev/")
        elif wire.end in POWER:
            assert HEADER[wire.pin - 1] == wire.end
        else:
            assert wire.carries == f"GPIO {HEADER[wire.pin - 1]}"


@pytest.mark.parametrize("name", GATEWAYS)
def test_svg_names_every_sensor_terminal_pin_and_colour(name: str) -> None:
    picture = wired(name, ESSEX)
    root = ElementTree.fromstring(wiring_svg(picture))
    words = " ".join("".join(each.itertext()) for each in root.iter(f"{SVG}text"))

    for sensor in picture.gateway.sensors:
        assert sensor.id in words
    for wire in picture.wires:
        assert wire.to.split()[0] in words
        assert f"{wire.colour}, " + (f"pin {wire.pin}" if wire.pin is not None else wire.carries) in words
    for each in picture.links:
        assert each.part in words
        assert {*each.start.split(), *each.to.split()} <= set(words.split())
    drawn = [each for each in root.iter(f"{SVG}path") if each.get("class") == "wire"]
    colours = [each.colour for each in picture.wires] + [each.colour for each in picture.links]
    assert len(drawn) == len(colours) + len(set(colours))


@pytest.mark.parametrize("name", GATEWAYS)
def test_nothing_of_the_picture_lies_outside_it_or_on_another(name: str) -> None:
    picture = wired(name, ESSEX)
    found = lay_out(picture.gateway, picture.wires)

    for side in ("left", "right"):
        stacked = sorted((box for box in found.boxes if box.side == side), key=lambda box: box.y)
        for above, below in pairwise(stacked):
            assert above.y + above.height < below.y
        channels = [net.x for net in found.nets if net.side == side]
        assert len(set(channels)) == len(channels)
        assert all(abs(x) < found.half_width - BOX_WIDTH for x in channels)
    for box in found.boxes:
        rows = [each.y for each in box.terminals] + [each.y for each in box.inside]
        assert rows == sorted(rows)
        assert all(box.y < y < box.y + box.height for y in rows)
    assert all(found.top <= box.y and box.y + box.height <= found.bottom for box in found.boxes)


@pytest.mark.parametrize("name", GATEWAYS)
def test_terminal_drawing_says_the_same(name: str) -> None:
    picture, out = wired(name, ESSEX), io.StringIO()
    print_wiring(Console(file=out, width=400, no_color=True), picture)
    lines = out.getvalue().splitlines()

    for wire in picture.wires:
        assert any(f"━ {wire.sensor}: {wire.to}, {wire.colour}" in line for line in lines)
    for each in picture.links:
        assert any(
            f"━ {each.sensor}: {each.start} to {each.to}, {each.colour}" in line and each.part in line for line in lines
        )
    for pin in range(1, 41, 2):
        assert any(re.search(rf"\b{pin} +{pin + 1}\b", line) for line in lines)
    assert all(name in out.getvalue() for name in picture.gateway.interfaces)


def test_isolator_is_in_the_wire_and_ground_is_that_of_its_outputs() -> None:
    sensor = {"id": "loop-1", "kind": "loop", "pin": 17, "signal": "opto-24v", "isolator": "board of eight"}
    wires = _wires(sensors=[sensor])

    assert _of(wires, "contact").part == "board of eight"
    assert _of(wires, "GND").to == "isolator, ground of its outputs"
    assert "24 V" in _of(wires, "GND").part


def test_dry_contact_goes_straight_to_the_pin() -> None:
    wires = _wires(sensors=[{"id": "loop-1", "kind": "loop", "pin": 17}])

    assert [wire.part for wire in wires] == ["", ""]
    assert _of(wires, "contact").pin == 11


def test_contact_that_is_active_open_is_on_the_other_output() -> None:
    loop = {"id": "loop-1", "kind": "loop", "pin": 17}
    closed = _of(_wires(sensors=[loop]), "GND")
    opened = _of(_wires(sensors=[{**loop, "active": "open"}]), "GND")
    assert (closed.to, opened.to) == ("relay normally open", "relay normally closed")


def test_one_resistor_serves_all_probes() -> None:
    probe = {"kind": "road-temperature", "bus": "1-wire", "device": "28-0316a2798aff"}
    own = {**probe, "device": "28-0316a2790000", "pull_up": True}

    without = _wires(sensors=[{**probe, "id": "a"}, {**own, "id": "b", "pull_up": False}])
    on_board = _wires(sensors=[{**probe, "id": "a"}, {**own, "id": "b"}])

    assert [wire.part for wire in without if wire.end == "1-WIRE"] == ["4.7 kilo-ohm to 3V3", ""]
    assert [wire.part for wire in on_board if wire.end == "1-WIRE"] == ["", "resistor on its board"]


def test_one_wire_on_another_pin_is_drawn_there() -> None:
    probe = {"id": "a", "kind": "road-temperature", "bus": "1-wire", "device": "28-0316a2798aff"}

    assert _of(_wires(interfaces=["1-wire@17"], sensors=[probe]), "1-WIRE").carries == "GPIO 17"


def test_second_device_of_spi_has_its_own_select() -> None:
    vane = {"id": "v", "kind": "wind-vane", "channels": {"vane": 0}}

    assert _of(_wires(sensors=[{**vane, "bus": "spi-0.0"}]), "CE0").carries == "GPIO 8"
    assert _of(_wires(sensors=[{**vane, "bus": "spi-0.1"}]), "CE0").carries == "GPIO 7"


def test_kind_with_several_buses_shows_the_wires_of_its_own() -> None:
    gully = {"id": "g", "kind": "gully-level", "calibration": {"mounting_height_mm": 900}}

    ranger = _wires(sensors=[{**gully, "bus": "uart-0"}])
    probe = _wires(sensors=[{**gully, "bus": "i2c-1", "channels": {"probe": 0}}])

    assert {wire.end for wire in ranger} == {"3V3", "GND", "RX"}
    assert {wire.end for wire in probe} == {"3V3", "GND", "SDA", "SCL"}


def test_many_sensors_share_the_grounds_evenly() -> None:
    wires = _wires(sensors=[{"id": f"s-{pin}", "pin": pin} for pin in range(4, 28)])
    grounds = [wire.pin for wire in wires if wire.end == "GND"]

    assert len(set(grounds)) == 8
    assert max(grounds.count(pin) for pin in set(grounds)) <= 5


def test_lines_of_an_adapter_are_never_drawn_as_one() -> None:
    picture = wired("harwich-quay", ESSEX)
    nets = [net for net in lay_out(picture.gateway, picture.wires).nets if net.pad.key[0] is None]

    assert sorted(net.pad.key[2] for net in nets) == ["0 V of its supply", "A (D+)", "B (D-)"]
    assert all(len({terminal.wire.to for terminal in net.terminals}) == 1 for net in nets)


def test_serial_part_on_an_adapter_has_its_ends_there_and_power_from_the_header() -> None:
    wires = _wires(sensors=[{"id": "d", "kind": "particulates-sds", "bus": "/dev/ttyUSB0"}])

    assert {wire.end: wire.carries for wire in wires} == {
        "5V": "5V",
        "GND": "GND",
        "TX": "/dev/ttyUSB0",
        "RX": "/dev/ttyUSB0",
    }


@pytest.mark.parametrize(
    ("part", "name"),
    [
        ("330/470 ohm divider", "voltage divider"),
        ("4.7 kilo-ohm to 3V3", "pull-up resistor"),
        ("and 1 kohm from the pin to 3V3", "pull-up resistor"),
        ("RS-485 adapter, isolated", ""),
        ("8-channel opto-isolator, 24 V", "isolator board"),
        ("filter of 10 ohm and 100 uF", "resistor or filter"),
        ("10 ohm", "resistor or filter"),
        ("100 ohm, 0.1 %: the shunt", "resistor or filter"),
        ("to both modules", ""),
        ("", ""),
    ],
)
def test_symbol_stands_for_what_sits_in_a_wire(part: str, name: str) -> None:
    assert symbol_of(part) == name
    assert not name or list(symbol(name, 0, 0, 1))


def test_every_symbol_is_one_picture() -> None:
    for name in SYMBOLS:
        ElementTree.fromstring(f"<g>{''.join(symbol(name, 10, 10, -1))}</g>")


def test_words_of_a_file_cannot_break_the_picture() -> None:
    gateway = GatewayFile.model_validate(
        {"gateway": "g", "board": "4b", "title": '<&">', "sensors": [{"id": "a", "pin": 4, "title": "</text><script>"}]}
    )
    picture = Wired(gateway, boards()["4b"], tuple(connections(gateway, boards()["4b"])))

    root = ElementTree.fromstring(wiring_svg(picture))

    assert root.find(f".//{SVG}script") is None


def test_gateway_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(AskedWrong, match="there are: a127-fairglen"):
        wired("nowhere", ESSEX)
    (tmp_path / "g.toml").write_text('gateway = "g"\n[[sensors]]\nid = "a"\npin = 4\n')
    with pytest.raises(AskedWrong, match='board = "4b"'):
        wired(str(tmp_path / "g.toml"), tmp_path)


@pytest.mark.parametrize("sign", [-1, 1])
def test_protection_faces_the_part(sign: int) -> None:
    isolator = "".join(symbol("isolator board", 100, 0, sign))
    volts = {label: float(x) for x, label in re.findall(r'x="([\d.]+)"[^>]*>(24 V|3\.3 V)<', isolator)}
    assert (volts["24 V"] - volts["3.3 V"]) * sign > 0, "24 V must be on the part's side"
    divider = "".join(symbol("voltage divider", 100, 0, sign))
    series = float(re.search(r'<rect x="([\d.]+)"[^>]*series', divider)[1]) + 15  # type: ignore[index]
    tap = float(re.search(r'class="tap" cx="([\d.]+)"', divider)[1])  # type: ignore[index]
    assert (series - tap) * sign > 0, "the resistor must be between the part and the tap"
