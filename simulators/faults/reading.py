"""Reads a scenario for the gateways that it is to happen to: all that is wrong, names among it, at once."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from firmware_config.gateway import GatewayConfig
from sensorhub.config import Fault, Misfit, fit, nearest, read_toml
from sensorhub.errors import ConfigInvalid
from simulators.faults.plan import FaultPlan
from simulators.faults.planning import NAME_ONE, cannot_happen, type_of
from simulators.faults.scenario import Scenario

LISTED_MAX = 12
"""So many names are listed beside the nearest one: all sensors of a gateway, not all of a county."""


def read_scenario_for(path: Path, configs: Sequence[GatewayConfig], indoors: Collection[str]) -> Scenario:
    """Read a scenario.

    Arguments:
        path: its file.
        configs: the gateways that run.
        indoors: those on which no rain falls, by id.

    Raises:
        ConfigInvalid: with every finding, those on names that no gateway has among them.
    """
    faults: list[Fault] = []
    scenario: Scenario | None = None
    try:
        values = read_toml(path)
        tables = values.get("faults")
        for at, table in enumerate(tables if isinstance(tables, list) else []):
            if isinstance(table, Mapping):
                found = list(_misnamed(table, configs)) or list(_misplaced(table, configs, indoors))
                faults += (replace(fault, at=("faults", at, *fault.at)) for fault in found)
        scenario = fit(values, Scenario)
    except Misfit as misfit:
        faults += misfit.faults
    if scenario is None or faults:
        raise ConfigInvalid(str(path), [str(fault) for fault in sorted(faults, key=_place)])
    return scenario


def _place(fault: Fault) -> list[str]:
    return [f"{part:09}" if isinstance(part, int) else part for part in fault.at]


def _misnamed(table: Mapping[str, Any], configs: Sequence[GatewayConfig]) -> Iterator[Fault]:
    """The names of one fault's table that none of the gateways has."""
    named = table.get("gateway")
    here = [config for config in configs if config.gateway == named]
    where, how_many = (named, "no") if here else ("no gateway here", "a")
    gateways = [config.gateway for config in configs]
    sensors = [each for config in here or configs for each in config.sensors]
    ids, kinds = [each.id for each in sensors], [each.kind for each in sensors]
    buses = [name for each in sensors for name in (each.bus, type_of(each)) if name]
    for key, what, known in (
        ("gateway", "no gateway here is called", gateways),
        ("sensor", f"{where} has {how_many} sensor", ids),
        ("kind", f"{where} has {how_many} sensor of the kind", kinds),
        ("bus", f"{where} has {how_many} sensor on the bus", buses),
    ):
        name = table.get(key)
        if isinstance(name, str) and name and name not in known:
            yield Fault((key,), f"{what} {name!r}", _instead(name, sorted(set(known))))


def _instead(name: str, known: Sequence[str]) -> str:
    said = nearest(name, known, "there are")
    is_all = said.startswith("there are") or len(known) > LISTED_MAX
    return said if is_all else f"{said} There are {', '.join(known)}"


def _misplaced(table: Mapping[str, Any], configs: Sequence[GatewayConfig], indoors: Collection[str]) -> Iterator[Fault]:
    """Whether one fault's table fits by itself, and can yet happen to nothing there."""
    try:
        plan = fit(table, FaultPlan)
    except Misfit:
        return  # the file as a whole is told of that
    why_not = cannot_happen(plan, configs, indoors)
    if why_not:
        yield Fault((), why_not, NAME_ONE.lower())
