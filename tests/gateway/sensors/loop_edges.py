"""What vehicles do to two loops that are 4.5 m apart and 2 m long, as edges."""

from collections.abc import Iterable

from gateway.sensors.loop_pair import tally
from gateway.sensors.tally import Tally
from tests.gateway.sensors.contact_stand import constants

UP, DOWN = 0, 1

Edge = tuple[float, int, bool]


def pair(**own: float) -> Tally:
    """Two new loops, 4.5 m apart, 2 m each unless told."""
    return tally(constants("loop-pair", **own))


def passing(at_s: float, speed_mps: float, length_m: float, reverse: bool = False, hold_s: float = 0.0) -> list[Edge]:
    """The edges of a vehicle; `hold_s`: how much longer the downstream loop stays closed."""
    on_s = (length_m + 2.0) / speed_mps
    up_s, down_s = (at_s + 4.5 / speed_mps, at_s) if reverse else (at_s, at_s + 4.5 / speed_mps)
    return [
        (up_s, UP, True),
        (up_s + on_s, UP, False),
        (down_s, DOWN, True),
        (down_s + on_s + hold_s, DOWN, False),
    ]


def in_order(*vehicles: Iterable[Edge]) -> list[Edge]:
    return sorted(edge for vehicle in vehicles for edge in vehicle)
