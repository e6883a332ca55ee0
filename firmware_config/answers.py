"""What options say of the sensors of a new gateway: constants, buses and probes; what is amiss is told by example."""

import math
from collections.abc import Sequence
from dataclasses import replace

from firmware_config.catalogue import Entry
from firmware_config.new import WantedSensor
from sensorhub.config import close_to, one_of
from sensorhub.errors import AskedWrong

CONSTANT = "rain-gauge-1.mm_per_tip=0.2"
DEVICE = "road-temperature-1=28-0316a2798aff"
BUS = "river-level-1=i2c-1"
"""How constants, probes and buses are told."""


def with_constants(sensors: Sequence[WantedSensor], told: Sequence[str]) -> list[WantedSensor]:
    """The sensors with their calibration, told as in `CONSTANT`.

    Raises:
        AskedWrong: there is no such sensor or constant, or no number, with an example of what was meant.
    """
    found: dict[str, dict[str, float]] = {sensor.id: dict(sensor.constants) for sensor in sensors}
    known = {sensor.id: {each.name for each in sensor.known.constants} for sensor in sensors}
    for text in told:
        example = _example(sensors, text)
        key, separator, value = text.partition("=")
        sensor, _, name = key.partition(".")
        if not separator or not name:
            raise AskedWrong(f"--constant {text}: write sensor, constant and value, as in {example}.")
        if sensor not in found:
            raise AskedWrong(f"--constant {text}: there is no sensor {sensor}; write it as in {example}.")
        if name not in known[sensor]:
            raise AskedWrong(f"--constant {text}: {sensor} has no constant {name}; write it as in {example}.")
        found[sensor][name] = number(value, f"{key}, as in {example}")
    return [replace(sensor, constants=found[sensor.id]) for sensor in sensors]


def _example(sensors: Sequence[WantedSensor], told: str) -> str:
    """A constant of the sensor that was meant, or of the first that has one."""
    name, dot, key = told.partition("=")[0].partition(".")
    key = key if dot else name
    able = {sensor.id: sensor.known for sensor in sensors if sensor.known.constants}
    if not able:
        return CONSTANT
    owner = next(
        (each for each, known in able.items() if key in {one.name for one in known.constants}), next(iter(able))
    )
    meant = close_to(name, list(able)) or owner
    constants = {each.name: each for each in able[meant].constants}
    constant = constants[close_to(key, list(constants)) or next(iter(constants))]
    value = (constant.low + constant.high) / 2 if constant.default is None else constant.default
    return f"{meant}.{constant.name}={value:g}"


def with_buses(sensors: Sequence[WantedSensor], told: Sequence[str]) -> list[WantedSensor]:
    """The sensors with the bus that each shall be on, told as in `BUS`.

    Raises:
        AskedWrong: there is no such sensor, or it is not read over that bus.
    """
    buses = _of_sensors(sensors, "--bus", told, BUS)
    return [
        replace(sensor, bus=bus_of(sensor.known, buses[sensor.id]) if sensor.id in buses else "") for sensor in sensors
    ]


def bus_of(known: Entry, told: str) -> str:
    """A bus as `i2c-1`, or a type of buses, from its name, its type, or the part that is read over it.

    Raises:
        AskedWrong: the kind is not read over it.
    """
    types = {word: each.type for each in known.choices for word in (each.type, each.part) if word}
    if told not in types and known.bus_for(told) is None:
        instead = one_of([each.type for each in known.choices])
        raise AskedWrong(
            f"{told!r} is no bus for {known.one}; write {instead}, or one of them by its name as in i2c-1."
            if instead
            else f"{known.one.capitalize()} is not on a bus; leave its --bus out."
        )
    return types.get(told, told)


def devices_of(sensors: Sequence[WantedSensor], told: Sequence[str]) -> dict[str, str]:
    """The ids of probes by their sensors, told as in `DEVICE`.

    Raises:
        AskedWrong: there is no such sensor.
    """
    return _of_sensors(sensors, "--device", told, DEVICE)


def _of_sensors(sensors: Sequence[WantedSensor], option: str, told: Sequence[str], example: str) -> dict[str, str]:
    """`SENSOR=VALUE` each."""
    found: dict[str, str] = {}
    ids = [each.id for each in sensors]
    for text in told:
        name, separator, value = text.partition("=")
        if not separator:
            raise AskedWrong(f"{option} {text}: write a sensor and a value, as in {example}.")
        if name not in ids:
            raise AskedWrong(f"{option} {text}: there is no sensor {name}; there are {', '.join(ids)}.")
        found[name] = value
    return found


def number(text: str, what: str, low: float = -math.inf, high: float = math.inf) -> float:
    """A number between two others.

    Raises:
        AskedWrong: it is none.
    """
    try:
        told = float(text)
    except ValueError:
        raise AskedWrong(f"{text!r} is no number for {what}.") from None
    if not low <= told <= high:
        raise AskedWrong(f"{told:g} does not fit {what}; write {low:g} to {high:g}.")
    return told
