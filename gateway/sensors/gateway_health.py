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


def _cpu_temperature(root: Path) -> dict[str, float]:
    return {"cpu_temperature": int((root / "sys/class/thermal/thermal_zone0/temp").read_text()) / _MILLI}


def _firmware(root: Path) -> dict[str, float]:
    flags = firmware_flags(root)
    return {"throttled": float(flags & ANY_NOW != 0), "under_voltage": float(flags & UNDER_VOLTAGE_NOW != 0)}


def _uptime(root: Path) -> dict[str, float]:
    return {"uptime": float((root / "proc/uptime").read_text().split()[0])}


_LOOKS: tuple[Callable[[Path], dict[str, float]], ...] = (_cpu_temperature, _firmware, _uptime)
"""Each by itself: what is not there costs no other."""

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
        for look in _LOOKS:
            with suppress(PartFault, OSError, ValueError, IndexError):  # not a Pi, or not one with this file
                found += (Measured(quantity, value) for quantity, value in look(self._root).items())
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
