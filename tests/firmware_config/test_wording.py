"""A value that does not fit is told what to write, in words of ours."""

from typing import Any

import pytest
from pydantic import BaseModel

from firmware_config.gateway import GatewayFile
from firmware_config.site import SitesFile
from sensorhub.config import Misfit, fit

SENSOR = {"id": "a", "pin": 4}
SITE = {"id": "s", "name": "S", "latitude": 51.7, "longitude": 0.5, "strands": ["transport"]}


def _told(model: type[BaseModel], values: dict[str, Any]) -> list[str]:
    with pytest.raises(Misfit) as caught:
        fit(values, model)
    return [f"{fault}" for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"board": 4}, 'board: 4 does not fit; write "4b"'),
        ({"board": 5}, 'board: 5 does not fit; write "5"'),
        ({"board": True}, 'board: true does not fit; write one of "zero-2-w", "3b-plus", "4b", "5", "cm4", "cm5"'),
        ({"spool_bytes_max": 5}, "spool_bytes_max: 5 does not fit; write 16777216 or more"),
        ({"pack_s": 1_000.5}, "pack_s: 1000.5 does not fit; write 0.1 to 600"),
    ],
)
def test_value_of_a_gateway_is_told_what_to_write(values: dict[str, Any], told: str) -> None:
    assert _told(GatewayFile, {"gateway": "g", "sensors": [SENSOR], **values}) == [told]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"stuck_active_min": 0}, "stuck_active_min (a): 0 does not fit; write more than 0, at most 100000"),
        ({"stuck_inactive": [{"from_hour": 24}]}, "stuck_inactive[1].from_hour (a): 24 does not fit; write 0 to 23"),
        ({"calibration": {"x": float("nan")}}, "calibration.x (a): nan does not fit; write a number"),
        (
            {"kind": "wind-vane", "pin": None, "bus": "spi-0.0", "channels": {"vane": 9}},
            "channels.vane (a): 9 does not fit; write 0 to 7",
        ),
    ],
)
def test_value_of_a_sensor_is_told_what_to_write(values: dict[str, Any], told: str) -> None:
    found = _told(GatewayFile, {"gateway": "g", "sensors": [{**SENSOR, **values}]})

    assert f"sensors[1].{told}" in found


def test_value_of_a_site_is_told_what_to_write() -> None:
    assert _told(SitesFile, {"sites": [{**SITE, "latitude": 100}]}) == [
        "sites[1].latitude (s): 100 does not fit; write -90 to 90"
    ]
