"""From a scenario to the sensors and gateways of a deployment that its faults happen to."""

import random
from collections.abc import Collection, Iterator, Sequence
from importlib import import_module

from firmware_config.catalogue.entry import BusType
from firmware_config.gateway import GatewayConfig
from firmware_config.sensor import SensorConfig
from sensorhub.errors import AskedWrong
from simulators.faults.kinds import FAULT_KINDS
from simulators.faults.plan import CONTACT_FAULTS, PART_FAULTS, Fault, FaultPlan
from simulators.faults.scenario import Scenario
from simulators.parts.part import NO_BUS

_SERIAL = ("uart", "rs-485")


NAME_ONE = "Name a gateway, sensor, kind or bus that can have it"


class ScenarioMisfit(AskedWrong):
    """A scenario that does not fit a deployment."""


def planned(
    scenario: Scenario, configs: Sequence[GatewayConfig], indoors: Collection[str] = ()
) -> tuple[FaultPlan, ...]:
    """The faults of a scenario, each with the gateway and, but for those of whole gateways, the sensor it happens to.

    A dead bus is one of each sensor that is on it.

    Arguments:
        scenario: which.
        configs: the gateways.
        indoors: those on which no rain falls, by id.

    Raises:
        ScenarioMisfit: there is no such gateway, sensor, kind or bus.
    """
    found = (_placed(plan, scenario.seed + at, configs, indoors) for at, plan in enumerate(scenario.faults))
    return tuple(each for plans in found for each in plans)


def cannot_happen(plan: FaultPlan, configs: Sequence[GatewayConfig], indoors: Collection[str] = ()) -> str:
    """Why a fault can happen to nothing there; empty where it can.

    Arguments: as of `planned`.
    """
    if _candidates(plan, configs, indoors):
        return ""
    named = [f"{key} {value}" for key in ("gateway", "sensor", "kind", "bus") if (value := getattr(plan, key))]
    asked = f" of {', '.join(named)}" if named else ""
    return f"{plan.fault} happens to {FAULT_KINDS[plan.fault].whose}, and the deployment has none such{asked}"


def _candidates(
    plan: FaultPlan, configs: Sequence[GatewayConfig], indoors: Collection[str]
) -> dict[tuple[str, str], tuple[GatewayConfig, SensorConfig]]:
    return {
        (config.gateway, sensor.id): (config, sensor)
        for config in configs
        if plan.gateway in ("", config.gateway) and not (plan.when == "rain" and config.gateway in indoors)
        for sensor in config.sensors
        if plan.sensor in ("", sensor.id) and plan.kind in ("", sensor.kind) and _is_on(sensor, plan.bus)
        if plan.is_of_gateway or _can_have(sensor, plan.fault)
    }


def _placed(
    plan: FaultPlan, seed: int, configs: Sequence[GatewayConfig], indoors: Collection[str]
) -> Iterator[FaultPlan]:
    why_not = cannot_happen(plan, configs, indoors)
    if why_not:
        raise ScenarioMisfit(f"The scenario does not fit: {why_not}. {NAME_ONE}.")
    found = _candidates(plan, configs, indoors)
    config, chosen = found[random.Random(seed).choice(sorted(found))]
    if plan.is_of_gateway:
        yield plan.model_copy(update={"gateway": config.gateway})
        return
    for sensor in config.sensors:
        if sensor == chosen or (plan.fault == "dead-bus" and _wires(sensor) == _wires(chosen)):
            yield plan.model_copy(update={"gateway": config.gateway, "sensor": sensor.id})


def _is_on(sensor: SensorConfig, bus: str) -> bool:
    """Whether a sensor is on a bus that is named, or on one of a type that is named; any is on the one with no name."""
    return bus in ("", sensor.bus, type_of(sensor))


def type_of(sensor: SensorConfig) -> BusType | None:
    """The type of the bus that a sensor is on; None where it is on none."""
    return sensor.wired.type if sensor.wired is not None else None


def _wires(sensor: SensorConfig) -> str | None:
    """The wires that a part shares with others: all parts that an SPI bus selects are on the same ones."""
    return sensor.bus.split(".")[0] if sensor.bus is not None and type_of(sensor) == "spi" else sensor.bus


def _can_have(sensor: SensorConfig, fault: Fault) -> bool:
    """Whether a fault means something for a sensor: contacts have others than parts, and not all parts have all."""
    known = sensor.entry
    if known.reads != "samples":
        return fault in CONTACT_FAULTS and (fault != "crossed" or len(known.inputs) > 1)
    match fault:
        case "dead-bus" | "flipped":
            return sensor.bus is not None
        case "half-frames":
            return type_of(sensor) in _SERIAL
        case "echo-lost":
            module = import_module(f"simulators.parts.{known.module}")
            return (type_of(sensor) or NO_BUS) in getattr(module, "ECHO_OVER", ())
        case _:
            return fault in PART_FAULTS
