"""What is sound of a faulty sensor or site is compared with the rest all the same: one run finds everything."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from firmware_config.checks.finding import Finding
from firmware_config.checks.run import check_path
from sensorhub.cli import app
from tests.firmware_config.example import TODAY

HEAD = 'gateway = "g"\nsite = "s"\nboard = "4b"\n'
SITE = '[[sites]]\nid = "s"\nname = "S"\nlatitude = 51.7\nlongitude = 0.5\nstrands = ["transport", "infrastructure"]\n'
PAIR = '[[sensors]]\nid = "pair"\nkind = "loop-pair"\npins = { upstream = 5, downstream = 6 }\n'


def _folder(tmp_path: Path, sensors: str, sites: str = SITE, head: str = HEAD) -> Path:
    (tmp_path / "gateways").mkdir()
    (tmp_path / "gateways" / "g.toml").write_text(head + sensors)
    (tmp_path / "sites.toml").write_text(sites)
    return tmp_path


def _check(tmp_path: Path, sensors: str, sites: str = SITE, head: str = HEAD) -> list[Finding]:
    return check_path(_folder(tmp_path, sensors, sites, head), TODAY)[1]


def _told(findings: list[Finding]) -> list[str]:
    return [f"{each.fault.key_path}: {each.fault.wrong}" for each in findings]


def test_pin_that_is_used_twice_is_found_beside_a_wrong_calibration(tmp_path: Path) -> None:
    loop = '[[sensors]]\nid = "loop"\nkind = "loop"\npin = 6\n'

    findings = _check(tmp_path, PAIR + "calibration = { spacing_m = 45 }\n" + loop)

    assert _told(findings) == [
        "sensors[1].calibration.spacing_m: 45 does not fit",
        "sensors[2].pin: GPIO 6 is used by pair (downstream) already",
    ]


def test_pin_of_a_faulty_pair_is_compared_beside_its_other(tmp_path: Path) -> None:
    pair = PAIR.replace("upstream = 5", "upstream = 50")
    loop = '[[sensors]]\nid = "loop"\nkind = "loop"\npin = 6\n'

    assert [each.fault.key_path for each in _check(tmp_path, pair + loop)] == [
        "sensors[1].pins.upstream",
        "sensors[2].pin",
    ]


def test_id_of_two_faulty_sensors_is_found_with_their_faults(tmp_path: Path) -> None:
    first = '[[sensors]]\nid = "loop"\nkind = "loop"\npin = 50\n'
    second = '[[sensors]]\nid = "loop"\nkind = "loop"\npin = 7\nlaen = "1"\n'

    assert _told(_check(tmp_path, first + second)) == [
        "sensors[1].pin: GPIO 50 is not on the header",
        "sensors[2].laen: this key is not known",
        "sensors[2].id: the id loop is used by another sensor already",
    ]


def test_bus_that_is_off_is_found_beside_a_wrong_constant(tmp_path: Path) -> None:
    river = '[[sensors]]\nid = "river"\nkind = "river-level"\nbus = "uart-0"\ncalibration = { height = 5 }\n'

    assert _told(_check(tmp_path, river)) == [
        "sensors[1].calibration.height: a river-level has no such constant",
        "sensors[1].calibration.mounting_height_mm: is missing",
        "sensors[1].bus: uart-0 is not switched on",
    ]


def test_swapped_coordinates_are_found_beside_an_unknown_key(tmp_path: Path) -> None:
    site = SITE.replace("51.7", "0.5", 1).replace("longitude = 0.5", "longitude = 51.7") + "raod = 'A127'\n"

    findings = _check(tmp_path, PAIR, site)

    assert [(each.fault.key_path, each.fault.name, each.fault.instead) for each in findings] == [
        ("sites[1].raod", "s", "did you mean 'road'?"),
        ("sites[1].latitude", "s", "swap latitude and longitude"),
    ]


def test_sensors_suit_a_site_that_is_faulty_elsewhere(tmp_path: Path) -> None:
    care = '[[sensors]]\nid = "move"\nkind = "activity"\npin = 7\n'

    keys = [each.fault.key_path for each in _check(tmp_path, care, SITE.replace("0.5", '"east"'))]

    assert keys == ["site", "sensors[1].kind", "sites[1].longitude"]


@pytest.mark.parametrize(
    ("key", "value"),
    [("address", "0x99"), ("channels", "{ probe = 9 }"), ("bus", '"i2c"'), ("address", '"0x49"')],
)
def test_what_is_not_known_of_a_sensor_blames_no_other(tmp_path: Path, key: str, value: str) -> None:
    told = {"bus": '"i2c-1"', "address": "0x49", "channels": "{ probe = 0 }", key: value}
    river = '[[sensors]]\nid = "river"\nkind = "river-level"\ncalibration = { mounting_height_mm = 900 }\n'
    river += "".join(f"{name} = {each}\n" for name, each in told.items())
    other = river.replace('"river"', '"other"')
    for name, each in {"bus": '"i2c-1"', "address": "0x48", "channels": "{ probe = 0 }"}.items():
        other = re.sub(f"^{name} = .*$", f"{name} = {each}", other, flags=re.MULTILINE)

    findings = _check(tmp_path, river + other, head=HEAD + 'interfaces = ["i2c-1"]\n')

    assert {each.fault.at[:3] for each in findings} == {("sensors", 0, key)}


def test_sensor_without_a_name_is_called_by_its_place(tmp_path: Path) -> None:
    nameless = '[[sensors]]\nkind = "loop"\npin = 5\n'

    findings = _check(tmp_path, nameless + PAIR)

    assert [f"{each.fault}".partition(";")[0] for each in findings] == [
        "sensors[1].id: is missing",
        "sensors[2].pins.upstream (pair): GPIO 5 is used by sensors[1] already",
    ]


def test_what_could_not_be_compared_is_counted_with_all_that_there_is(tmp_path: Path) -> None:
    unknown = '[[sensors]]\nid = "what"\nkind = "lop"\npin = 5\n'
    folder = _folder(tmp_path, PAIR + unknown, head=HEAD.replace("4b", "9"))
    (folder / "gateways" / "h.toml").write_text("gateway = ")

    said = CliRunner().invoke(app, ["config", "check", str(folder)])

    assert "2 gateways with 2 sensors at 1 site: 3 wrong, 0 warnings. Not compared with the rest: 1 file, 1 sensor" in (
        said.stdout
    )
    assert "buses and current of 1 gateway without a known board; mend that and check again." in said.stdout


def test_nothing_is_said_of_comparing_where_all_is_compared(tmp_path: Path) -> None:
    said = CliRunner().invoke(app, ["config", "check", str(_folder(tmp_path, PAIR + "calibration = { x = 1 }\n"))])

    assert said.stdout.endswith("1 gateway with 1 sensor at 1 site: 1 wrong, 0 warnings.\n")
