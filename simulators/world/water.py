"""How high the water stands in a gully beside a road, or in a river away from roads."""

from simulators.world.chance import between, key_of, unit
from simulators.world.weather import Ground


class Water:
    """The water at one sensor.

    Arguments:
        seed: of the world.
        name: of site and sensor.
        by_road: whether it is a gully, else a river.
    """

    def __init__(self, seed: int, name: str, *, by_road: bool) -> None:
        key = key_of(seed, "water", name)
        self._by_road = by_road
        self._dry_mm = between(70.0, 130.0, unit(key, 0)) if by_road else between(250.0, 600.0, unit(key, 0))
        self._rise = between(80.0, 200.0, unit(key, 1)) if by_road else between(35.0, 70.0, unit(key, 1))
        self._full_mm = 950.0 if by_road else 4_000.0

    def at(self, ground: Ground) -> float:
        """Height of the water, mm; where it is full it runs over."""
        rain_mm = ground.gully_mm if self._by_road else ground.river_mm
        return min(self._full_mm, self._dry_mm + self._rise * rain_mm)
