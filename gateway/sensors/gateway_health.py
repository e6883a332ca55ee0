"""`gateway-health`: how the gateway itself is: its processor, its power, its card and its clock."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from firmware_config.sensor import SensorConfig
from gateway.buses.buses import Buses
from gateway.buses.firmware import ANY_NOW, UNDER_VOLTAGE_NOW, firmware_flags
from gateway.sensors.part import Part, PartFault, Sample, mean
from gateway.spool.entries import Measured

_MILLI = 1_000


def _cpu_temperature(root: Path) -> float:
    return int((root / "sys/class/thermal/thermal_zone0/temp").read_text()) / _MILLI


def _throttled(root: Path) -> float:
    return float(firmware_flags(root) & ANY_NOW != 0)


def _under_voltage(root: Path) -> float:
    return float(firmware_flags(root) & UNDER_VOLTAGE_NOW != 0)


def _uptime(root: Path) -> float:
    return float((root / "proc/uptime").read_text().split()[0])


_FILES: dict[str, Callable[[Path], float]] = {
    "cpu_temperature": _cpu_temperature,
    "throttled": _throttled,
    "under_voltage": _under_voltage,
    "uptime": _uptime,
}

_EVER = ("throttled", "under_voltage")
"""What an interval had if one of its samples had it."""

_FACTS = ("clock_error", "disk_used", "spool_used")


class GatewayHealth(Part):
    """One gateway.

    Arguments:
        root: folder under which `sys`, `proc` and `dev` are.
        facts: what only the gateway knows, by quantity.
    """

    def __init__(self, root: Path, facts: Callable[[], Mapping[str, float]]) -> None:
        self._root = root
        self._facts = facts

    def read(self, clock_ns: int) -> list[Measured]:
        """What a file or the gateway does not tell is left out."""
        found = [Measured(name, value) for name, value in self._facts().items() if name in _FACTS]
        for quantity, look in _FILES.items():
            with suppress(PartFault, OSError, ValueError, IndexError):  # not a Pi, or not one with this file
                found.append(Measured(quantity, look(self._root)))
        if not found:
            raise PartFault(f"Nothing of the gateway's health is under {self._root}: is /sys mounted?")
        return found

    def summary(self, samples: Sequence[Sample]) -> Sample:
        """The newest of each; the mean temperature; short of power, or throttled, where it was in any sample."""
        found = {each.quantity: each for sample in samples for each in sample}
        for each in mean(samples):
            if each.quantity == "cpu_temperature":
                found[each.quantity] = each
            elif each.quantity in _EVER:
                found[each.quantity] = Measured(each.quantity, float(each.value > 0))
        return list(found.values())


def part(sensor: SensorConfig, buses: Buses) -> Part:
    """The files of this machine, and the facts of this gateway."""
    return GatewayHealth(buses.world.root, buses.facts)
