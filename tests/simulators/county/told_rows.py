"""Readings as a hub exports them."""

from sensorhub.clock import rfc3339
from sensorhub.reading import US_PER_S
from simulators.county.stored import Row
from tests.simulators.county.street import START_US


def row(sensor: str, quantity: str, value: float, since_s: float, quality: str = "") -> Row:
    """One reading, so many seconds after the start of the world."""
    gateway, _, name = sensor.partition("/")
    return {
        "gateway": gateway,
        "sensor": name,
        "quantity": quantity,
        "time": rfc3339(START_US + round(since_s * US_PER_S)),
        "value": str(value),
        "quality": quality,
    }
