"""Whether each part on a bus answers: every one is asked until it does, or until it has been silent for too long."""

import time

from firmware_config.gateway import GatewayConfig
from firmware_config.sensor import SensorConfig
from gateway.buses.buses import Buses, BusWorld
from gateway.checks.finding import Finding
from gateway.recorder.poller import part_of
from gateway.sensors.part import NotYet, Part, PartFault, Sample
from gateway.sensors.pins import Factory
from sensorhub.clock import BootClock
from sensorhub.quantity import QUANTITIES, in_words

ASK_AGAIN_S = 0.2
"""How soon a part that has not spoken yet is asked again."""


def check_parts(config: GatewayConfig, pins: Factory | None, world: BusWorld | None = None) -> list[Finding]:
    """A live read of each part, one after the other.

    Arguments:
        pins: of the header; None where they cannot be opened, which costs only the parts that need them.
        world: where the buses are; by default those of its board.
    """
    buses = Buses(pins, world or BusWorld.of_board(config.board))
    try:
        return [_read(sensor, buses) for sensor in config.sensors if sensor.entry.reads == "samples"]
    finally:
        buses.close()


def _read(sensor: SensorConfig, buses: Buses) -> Finding:
    subject = f"part {sensor.bus or sensor.kind}"
    try:
        part = part_of(sensor, buses)
        try:
            sample = _answer(part)
        finally:
            part.close()
    except PartFault as fault:
        return Finding(subject, "wrong", f"{sensor.id}: {fault}")
    values = ", ".join(in_words(QUANTITIES[one.quantity], one.value) for one in sample)
    return Finding(subject, "well", f"{sensor.id} answers: {values}.")


def _answer(part: Part) -> Sample:
    """What a part gives; one that speaks by itself is waited for until it is a fault that it does not."""
    clock = BootClock()
    while True:
        try:
            return part.probe(clock.now_ns())
        except NotYet:
            time.sleep(ASK_AGAIN_S)
