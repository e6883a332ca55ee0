"""A site as the world needs it, and what its road is like."""

import re
from dataclasses import dataclass
from math import cos, radians

from simulators.world.chance import between, key_of, unit
from simulators.world.profile import BOTH_WAYS, FROM_LONDON, TO_LONDON, Profile

_KM_PER_DEGREE = 111.2
_CENTRE = (51.75, 0.55)
"""Latitude and longitude near the middle of Essex."""

_EAST_KM_PER_DEGREE = _KM_PER_DEGREE * cos(radians(_CENTRE[0]))


@dataclass(frozen=True, slots=True)
class SitePlace:
    """Where gateways stand.

    Arguments:
        id: of the site.
        latitude, longitude: WGS84, degrees.
        road: number or name, as in A127; empty off the roads, where the water is a river's.
        direction: of the carriageway, as in `westbound`; the tide of commuters follows it.
        flow: vehicles of a working day in one lane; 0: as such a road has.
    """

    id: str
    latitude: float
    longitude: float
    road: str = ""
    direction: str = ""
    flow: float = 0.0

    @property
    def east_km(self) -> float:
        """Kilometres east of the middle of the county."""
        return (self.longitude - _CENTRE[1]) * _EAST_KM_PER_DEGREE

    @property
    def north_km(self) -> float:
        """Kilometres north of the middle of the county."""
        return (self.latitude - _CENTRE[0]) * _KM_PER_DEGREE


@dataclass(frozen=True, slots=True)
class Road:
    """What one lane of a road is like.

    Arguments:
        flow: vehicles of a working day.
        speed_mps: mean free speed of cars.
        vans, rigids, artics: their shares; the rest are cars.
        queues: share of working days with a queue in the peak.
        profile: of the flow.
    """

    flow: float
    speed_mps: float
    vans: float
    rigids: float
    artics: float
    queues: float
    profile: Profile = BOTH_WAYS


_STREET = Road(2_600, 12.2, 0.13, 0.015, 0.002, 0.10)
_ROADS = {
    "M": Road(17_000, 30.0, 0.14, 0.05, 0.11, 0.35),
    "A": Road(8_000, 18.5, 0.14, 0.035, 0.02, 0.35),
    "B": Road(4_200, 16.0, 0.13, 0.025, 0.01, 0.15),
    "A12": Road(16_500, 29.0, 0.14, 0.05, 0.09, 0.60),
    "A13": Road(13_500, 27.0, 0.14, 0.05, 0.07, 0.55),
    "A120": Road(11_500, 27.5, 0.14, 0.05, 0.10, 0.35),
    "A127": Road(16_000, 27.5, 0.14, 0.04, 0.04, 0.75),
    "A130": Road(12_500, 29.0, 0.14, 0.04, 0.05, 0.45),
    "A131": Road(8_500, 22.0, 0.14, 0.04, 0.03, 0.30),
    "A133": Road(9_000, 22.5, 0.14, 0.03, 0.025, 0.30),
    "A414": Road(10_500, 20.5, 0.14, 0.04, 0.03, 0.45),
}
"""By number, else by class of road; a street where neither is known."""

_NUMBER = re.compile(r"\b([MAB])\d+\b")


def road_of(site: SitePlace, seed: int) -> Road:
    """What the lane of a site is like; sites of one road differ by the seed."""
    number = _NUMBER.search(site.road)
    usual = _STREET if number is None else _ROADS.get(number[0], _ROADS[number[1]])
    key = key_of(seed, "road", site.id)
    if site.direction in ("westbound", "southbound"):
        profile = TO_LONDON
    elif site.direction in ("eastbound", "northbound"):
        profile = FROM_LONDON
    else:
        profile = BOTH_WAYS
    return Road(
        site.flow or usual.flow * between(0.85, 1.15, unit(key, 0)),
        usual.speed_mps * between(0.94, 1.06, unit(key, 1)),
        usual.vans,
        usual.rigids,
        usual.artics,
        usual.queues,
        profile,
    )
