"""The words of the wiring picture: which input a wire is, notes of the bus that is used, lines for the system."""

import io
from xml.etree import ElementTree

import pytest
from rich.console import Console

from firmware_config.boards import boards
from firmware_config.catalogue import entry, kinds
from firmware_config.gateway import GatewayFile
from firmware_config.wiring.connections import connections
from firmware_config.wiring.svg import wiring_svg
from firmware_config.wiring.terminal import print_wiring
from firmware_config.wiring.wired import Wired

SVG = "{http://www.w3.org/2000/svg}"


def _drawn(**told: object) -> tuple[str, str]:
    """The words of the picture, and those of the terminal, a line each."""
    gateway, out = GatewayFile.model_validate({"gateway": "g", "board": "4b", **told}), io.StringIO()
    picture = Wired(gateway, boards()["4b"], tuple(connections(gateway, boards()["4b"])))
    print_wiring(Console(file=out, width=400, no_color=True), picture)
    root = ElementTree.fromstring(wiring_svg(picture))
    return "\n".join("".join(each.itertext()) for each in root.iter(f"{SVG}text")), out.getvalue()


@pytest.mark.parametrize("kind", [kind for kind in kinds() if len(entry(kind).inputs) > 1])
def test_wire_of_one_of_several_inputs_says_which(kind: str) -> None:
    names = [each.name for each in entry(kind).inputs]
    sensor = {"id": "s", "kind": kind, "pins": {name: 5 + at for at, name in enumerate(names)}}

    picture, terminal = _drawn(sensors=[sensor])

    for name in names:
        (to,) = (wire.to for wire in entry(kind).wires if wire.end == name)
        assert f"{name}: {to.split()[0]}" in picture
        assert f"s {name}: {to}" in terminal


def test_wire_of_the_only_input_is_told_by_its_terminal_alone() -> None:
    assert "━ l: relay common, white" in _drawn(sensors=[{"id": "l", "kind": "loop", "pin": 5}])[1]


def test_notes_are_those_of_the_bus_that_the_sensor_is_on() -> None:
    river = {"kind": "river-level", "calibration": {"mounting_height_mm": 900}}
    ranger = {**river, "id": "r", "bus": "uart-0"}
    probe = {**river, "id": "p", "bus": "i2c-1", "channels": {"probe": 0}}

    of_ranger, of_probe, of_both = (_drawn(sensors=each)[0] for each in ([ranger], [probe], [ranger, probe]))

    assert "Feed the ranger" in of_ranger
    assert "air tube" not in of_ranger
    assert "air tube" in of_probe
    assert "ranger" not in of_probe
    assert "\nRanger on uart: Feed the ranger" in of_both
    assert "\nProbe on i2c: A probe's cable has an air tube" in of_both


def test_system_s_files_are_told_line_by_line() -> None:
    dust = {"id": "d", "kind": "particulates-pms", "bus": "uart-0"}

    for words in _drawn(interfaces=["uart-0"], sensors=[dust]):
        lines = words.splitlines()
        assert {"enable_uart=1", "dtoverlay=disable-bt", "console=serial0"} <= set(lines)
        assert lines.index("console=serial0") > next(at for at, line in enumerate(lines) if "cmdline.txt" in line)
