"""A gateway's health: true values, and what is left where files are missing."""

from pathlib import Path
from typing import Any

import pytest

from gateway.buses.firmware import FILE
from gateway.sensors.gateway_health import GatewayHealth
from gateway.sensors.part import PartFault
from sensorhub.reading import US_PER_S
from simulators.parts.tamper import Tamper
from simulators.wires.system import SystemTree
from simulators.world.place import Place, System
from tests.gateway.sensors.stand import START_US, Stand

TOLD: dict[str, Any] = {"kind": "gateway-health"}
FACTS = {"clock_error": 0.002, "disk_used": 41.0, "spool_used": 3.0, "relative_humidity": 50.0}


class Cabinet(Place):
    """A cabinet in the sun, with a weak supply now and then."""

    def system(self, time_us: int) -> System:
        gone_s = (time_us - self.start_us) / US_PER_S
        return System(cpu_temperature=40 + gone_s / 100, throttled=gone_s % 300 > 250, disk_used_percent=20.0)


def test_what_it_tells_is_true(tmp_path: Path) -> None:
    with Stand(tmp_path, Cabinet(START_US), **TOLD) as cabinet:
        cabinet.compare(intervals=10)


def test_what_only_the_gateway_knows_comes_along(tmp_path: Path) -> None:
    with Stand(tmp_path, Cabinet(START_US), facts=lambda: FACTS, **TOLD) as cabinet:
        values = cabinet.values(0)

    expected = {"cpu_temperature": 40.0, "throttled": 0.0, "under_voltage": 0.0, "uptime": 3_600.0, **FACTS}
    del expected["relative_humidity"]
    assert values == expected


def test_summary_is_the_newest_of_each_but_the_temperature_and_any_throttling(tmp_path: Path) -> None:
    facts = iter([{"spool_used": 1.0}, {"spool_used": 2.0}])
    with Stand(tmp_path, Cabinet(START_US), facts=lambda: next(facts), **TOLD) as cabinet:
        samples = [cabinet.read(260), cabinet.read(310)]
        summary = cabinet.part.summary([sample for sample in samples if sample is not None])

    assert {each.quantity: each.value for each in summary} == pytest.approx(
        {"spool_used": 2.0, "cpu_temperature": 42.85, "throttled": 1.0, "under_voltage": 1.0, "uptime": 3_910.0}
    )


@pytest.mark.parametrize(
    ("bits", "throttled", "under_voltage"),
    [(0, 0, 0), (0x50000, 0, 0), (0xF0000, 0, 0), (0x50005, 1, 1), (1, 1, 1), (8, 1, 0), (6, 1, 0), (0x10, 0, 0)],
)
def test_only_what_is_so_now_counts(tmp_path: Path, bits: int, throttled: float, under_voltage: float) -> None:
    tree = SystemTree(tmp_path)
    tree.set(50.0, bits, 10.0)

    found = {each.quantity: each.value for each in GatewayHealth(tmp_path, dict).read(0)}

    expected = {"cpu_temperature": 50.0, "throttled": throttled, "under_voltage": under_voltage, "uptime": 10.0}
    assert found == expected


@pytest.mark.parametrize("text", ["", "nonsense", "\n", "0xZZ", "é"])
@pytest.mark.parametrize(
    ("name", "quantities"),
    [
        ("sys/class/thermal/thermal_zone0/temp", {"cpu_temperature"}),
        (FILE, {"throttled", "under_voltage"}),
        ("proc/uptime", {"uptime"}),
    ],
)
def test_a_file_that_cannot_be_read_costs_its_own_quantities(
    tmp_path: Path, name: str, quantities: set[str], text: str
) -> None:
    SystemTree(tmp_path).set(50.0, 0, 10.0)
    next(tmp_path.glob(name)).write_text(text)

    found = {each.quantity for each in GatewayHealth(tmp_path, dict).read(0)}

    assert found == {"cpu_temperature", "throttled", "under_voltage", "uptime"} - quantities


class Dead(Tamper):
    """No file of the system is there."""

    def dead(self, clock_ns: int) -> bool:
        return True


def test_nothing_at_all_is_a_fault_and_facts_alone_are_not(tmp_path: Path) -> None:
    with Stand(tmp_path, Cabinet(START_US), Dead(), **TOLD) as cabinet, pytest.raises(PartFault, match="Nothing of"):
        cabinet.read(0)
    with Stand(tmp_path, Cabinet(START_US), Dead(), facts=lambda: FACTS, **TOLD) as cabinet:
        assert set(cabinet.values(0)) == {"clock_error", "disk_used", "spool_used"}
