"""Whether each part on a bus answers: every one is read once, as the running gateway would."""

from collections.abc import Callable

from firmware_config.gateway import GatewayConfig
from firmware_config.sensor import SensorConfig
from gateway.buses.buses import Buses, BusWorld
from gateway.checks.finding import Finding
from gateway.recorder.poller import part_of
from gateway.sensors.part import PartFault
from gateway.sensors.pins import Factory, PinsUnavailable
from sensorhub.clock import BootClock
from sensorhub.quantity import QUANTITIES, screen_unit


def check_parts(config: GatewayConfig, factory: Callable[[], Factory], world: BusWorld | None = None) -> list[Finding]:
    """A live read of each part, one after the other.

    Arguments:
        factory: opens the pins.
        world: where the buses are; by default those of its board.
    """
    sampled = [sensor for sensor in config.sensors if sensor.entry.reads == "samples"]
    if not sampled:
        return []
    try:
        pins = factory()
    except PinsUnavailable:
        return []  # the check of pins says so
    buses = Buses(pins, world or BusWorld.of_board(config.board))
    try:
        return [_read(sensor, buses) for sensor in sampled]
    finally:
        buses.close()
        pins.close()


def _read(sensor: SensorConfig, buses: Buses) -> Finding:
    subject = f"part {sensor.bus or sensor.kind}"
    try:
        part = part_of(sensor, buses)
        try:
            sample = part.read(BootClock().now_ns())
        finally:
            part.close()
    except PartFault as fault:
        return Finding(subject, "wrong", f"{sensor.id}: {fault}")
    if sample is None:
        return Finding(subject, "well", f"{sensor.id} is asleep between two measurements, as it should be.")
    values = ", ".join(
        f"{QUANTITIES[one.quantity].title} {one.value:.{QUANTITIES[one.quantity].decimals}f} "
        f"{screen_unit(QUANTITIES[one.quantity].unit)}".rstrip()
        for one in sample
    )
    return Finding(subject, "well", f"{sensor.id} answers: {values}.")
