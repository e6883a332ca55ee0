"""A scenario against the gateways that it is to happen to: what is wrong is told at once, with what there is."""

from pathlib import Path

import pytest

from firmware_config.gateway import GatewayConfig
from firmware_config.sensor import SensorConfig
from sensorhub.errors import ConfigInvalid
from simulators.faults.reading import read_scenario_for

CONFIGS = [
    GatewayConfig(
        gateway="weir",
        sensors=(
            SensorConfig(id="loop-1", kind="loop", pin=5),
            SensorConfig(id="air-1", kind="air-climate", bus="i2c-1"),
        ),
    ),
    GatewayConfig(
        gateway="quay", sensors=(SensorConfig(id="pair", kind="loop-pair", pins={"upstream": 5, "downstream": 6}),)
    ),
]


def findings(folder: Path, *tables: str, head: str = "") -> list[str]:
    path = folder / "mine.toml"
    faults = "".join(f'[[faults]]\nshows = ["fault"]\n{table}\n' for table in tables)
    path.write_text(f'title = "Mine"\nwhat = "Something."\n{head}\n{faults}')
    try:
        read_scenario_for(path, CONFIGS, ())
    except ConfigInvalid as invalid:
        return invalid.findings
    return []


def test_scenario_that_fits_is_read(tmp_path: Path) -> None:
    assert findings(tmp_path, 'fault = "dead"\ngateway = "weir"\nsensor = "air-1"', 'fault = "crossed"') == []


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('gateway = "wier"', "gateway: no gateway here is called 'wier'; did you mean 'weir'? There are quay, weir"),
        ('gateway = "x"', "gateway: no gateway here is called 'x'; there are quay, weir"),
        (
            'gateway = "weir"\nsensor = "lop-1"',
            "sensor: weir has no sensor 'lop-1'; did you mean 'loop-1'? There are air-1, loop-1",
        ),
        ('gateway = "weir"\nsensor = "zzz"', "sensor: weir has no sensor 'zzz'; there are air-1, loop-1"),
        ('sensor = "zzz"', "sensor: no gateway here has a sensor 'zzz'; there are air-1, loop-1, pair"),
        ('kind = "lop"', "kind: no gateway here has a sensor of the kind 'lop'; did you mean 'loop'?"),
        ('gateway = "quay"\nkind = "loop"', "kind: quay has no sensor of the kind 'loop'; did you mean 'loop-pair'?"),
        ('bus = "i2c-2"', "bus: no gateway here has a sensor on the bus 'i2c-2'; did you mean 'i2c-1'?"),
    ],
)
def test_scenario_with_an_unknown_name_is_told_the_nearest(table: str, said: str, tmp_path: Path) -> None:
    (found,) = findings(tmp_path, f'fault = "dead"\n{table}')
    assert found.startswith(f"faults[1].{said}")


def test_scenario_is_told_what_else_is_wrong_beside_its_names(tmp_path: Path) -> None:
    found = findings(
        tmp_path,
        'fault = "tired"\ngateway = "wier"\nfrom_s = 60\nto_s = 30',
        'fault = "crossed"\ngateway = "weir"',
        head="hours = 0",
    )
    assert [finding.partition(":")[0] for finding in found] == [
        "faults[1].fault",
        "faults[1].gateway",
        "faults[1].to_s",
        "faults[2]",
        "hours",
    ]
    assert "crossed happens to pairs of contacts, and the deployment has none such of gateway weir" in found[3]


def test_scenario_without_faults_or_that_is_none_is_refused(tmp_path: Path) -> None:
    assert findings(tmp_path)[0].startswith("faults: is missing")
    assert findings(tmp_path, head="faults = 3")[0].startswith("faults: 3 does not fit")
    (tmp_path / "mine.toml").write_text("no toml")
    with pytest.raises(ConfigInvalid, match="it is not TOML"):
        read_scenario_for(tmp_path / "mine.toml", CONFIGS, ())
