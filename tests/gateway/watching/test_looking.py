"""Every input of a running gateway, as it comes over the socket."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory

from firmware_config.sensor import SensorConfig
from gateway.watching.client import WatchLost, watch
from gateway.watching.inputs import GatewayNow, InputNow
from gateway.watching.state import state_of
from sensorhub.states import State
from tests.gateway.test_agent import Seen, config, running
from tests.waiting import until

pytestmark = pytest.mark.anyio

LOOP = SensorConfig(id="loop", kind="loop", pin=4, period_s=1, title="Lane 1")
DOOR = SensorConfig(id="door", kind="cabinet-door", pin=5, period_s=1)
HEALTH = SensorConfig(id="own", kind="gateway-health", period_s=1, sample_s=1)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def heard(watching: Iterator[GatewayNow], fits: Callable[[GatewayNow], bool]) -> GatewayNow:
    """The first that the gateway says which fits."""
    async with asyncio.timeout(15):
        while True:
            told = await asyncio.to_thread(next, watching)
            if fits(told):
                return told


def of(told: GatewayNow, sensor: str) -> InputNow:
    return next(each for each in told.inputs if each.id == sensor)


async def test_look_has_pins_edges_readings_and_what_the_gateway_says(tmp_path: Path) -> None:
    settings, factory = config(tmp_path, LOOP, DOOR, HEALTH), MockFactory()
    async with running(settings, factory, Seen()):
        await until((settings.spool / "watch.sock").exists, 5, "it can be watched")
        watching = watch(settings.spool)
        first = await heard(watching, lambda told: True)
        assert (first.gateway, first.connected, first.status.state) == ("g", False, "ready")
        assert first.time_us is not None
        assert [pin.model_dump() for pin in of(first, "loop").pins] == [
            {"name": "contact", "number": 4, "active": False}
        ]
        assert (of(first, "loop").edges, of(first, "loop").title) == (0, "Lane 1")

        factory.pin(4).drive_low()
        active = of(await heard(watching, lambda told: of(told, "loop").edges == 1), "loop")
        assert active.pins[0].active

        told = await heard(watching, lambda told: all(each.age_s is not None for each in told.inputs))
        counted = of(told, "loop")
        assert {one.quantity for one in counted.values} >= {"vehicle_count", "occupancy"}
        assert counted.age_s is not None
        assert counted.age_s < 5
        assert state_of(told, counted) is State.LIVE
        assert of(told, "door").values[0].quantity == "door_open"
        assert "uptime" in {one.quantity for one in of(told, "own").values}
        assert of(told, "own").edges is None
    with pytest.raises(WatchLost):
        await heard(watching, lambda told: False)


async def test_look_of_a_sensor_with_a_fault_says_it(tmp_path: Path) -> None:
    settings, factory, other_owner = config(tmp_path, LOOP, DOOR), MockFactory(), Seen()
    factory.reserve_pins(other_owner, 4)
    async with running(settings, factory, Seen()):
        await until((settings.spool / "watch.sock").exists, 5, "it can be watched")
        told = await heard(watch(settings.spool), lambda told: of(told, "door").age_s is not None)
        broken, well = of(told, "loop"), of(told, "door")
        assert broken.fault
        assert not well.fault
        assert (state_of(told, broken), state_of(told, well)) == (State.SILENT, State.LIVE)
