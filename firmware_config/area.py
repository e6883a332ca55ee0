"""The area that a deployment covers, and whether a point lies in it."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path

_FOLDER = Path(__file__).parent / "data"

_BANDS_PER_DEGREE = 200
"""Edges are kept by bands of latitude, so that a point is compared with some dozens of them and not with thousands."""

Edge = tuple[float, float, float, float]
"""Longitude and latitude of both ends."""


@dataclass(frozen=True)
class Area:
    """A region bounded by rings: what an odd number of them encloses is inside, so holes and islands are right.

    Arguments:
        rings: closed lines of (longitude, latitude), degrees WGS84, as in GeoJSON.
        without: places that one would look for in it, and that do not belong to it.
    """

    rings: Sequence[Sequence[tuple[float, float]]]
    without: tuple[str, ...] = ()
    _bands: dict[int, list[Edge]] = field(default_factory=lambda: defaultdict(list), init=False)

    def __post_init__(self) -> None:
        for ring in self.rings:
            for (lon_1, lat_1), (lon_2, lat_2) in pairwise(ring):
                for band in range(_band(min(lat_1, lat_2)), _band(max(lat_1, lat_2)) + 1):
                    self._bands[band].append((lon_1, lat_1, lon_2, lat_2))

    def contains(self, latitude: float, longitude: float) -> bool:
        """Whether a point, in degrees WGS84, is inside: a ray to the east crosses an odd number of edges."""
        crossings = 0
        for lon_1, lat_1, lon_2, lat_2 in self._bands.get(_band(latitude), ()):
            if (lat_1 > latitude) != (lat_2 > latitude):
                crossings += longitude < lon_1 + (latitude - lat_1) / (lat_2 - lat_1) * (lon_2 - lon_1)
        return crossings % 2 == 1

    def spans(self, latitude: float, longitude: float) -> bool:
        """Whether a point is between its outermost latitudes and longitudes, as are places beside it."""
        longitudes = [lon for ring in self.rings for lon, _ in ring]
        latitudes = [lat for ring in self.rings for _, lat in ring]
        return min(latitudes) <= latitude <= max(latitudes) and min(longitudes) <= longitude <= max(longitudes)


def _band(latitude: float) -> int:
    return int(latitude * _BANDS_PER_DEGREE // 1)


def area_names() -> list[str]:
    """The areas that are supplied."""
    return sorted(path.stem for path in _FOLDER.glob("*.geojson"))


@cache
def area(name: str) -> Area:
    """A supplied area by its name, as in `essex`."""
    feature = json.loads((_FOLDER / f"{name}.geojson").read_text())
    rings = tuple(tuple(map(tuple, ring)) for polygon in feature["geometry"]["coordinates"] for ring in polygon)
    return Area(rings, tuple(feature["properties"]["without"]))
