"""The area of a deployment: points in and out of it, and the bands that make it quick."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_config.area import Area, area, area_names

BOUNDARY = Path(__file__).parent.parent.parent / "firmware_config" / "data" / "essex.geojson"

INSIDE = {
    "Chelmsford": (51.7356, 0.4685),
    "Colchester": (51.8892, 0.9042),
    "Canvey": (51.5160, 0.5800),
    "Rayleigh": (51.5864, 0.6050),
    "Rochford": (51.5818, 0.7059),
    "Harwich": (51.9345, 1.2615),
    "Saffron Walden": (52.0221, 0.2396),
    "A127 Rayleigh Weir": (51.5745, 0.601),
}
OUTSIDE = {
    "Southend": (51.54, 0.71),
    "Thurrock, Grays": (51.4784, 0.3230),
    "WebTRIS site 5": (51.5756168, 0.2831616),
    "M25 J28": (51.599, 0.238),
    "the North Sea": (51.8, 1.9),
    "swapped": (0.4685, 51.7356),
    "nowhere": (0.0, 0.0),
}


@pytest.mark.parametrize("name", INSIDE)
def test_area_has_its_towns(name: str) -> None:
    assert area("essex").contains(*INSIDE[name])


@pytest.mark.parametrize("name", OUTSIDE)
def test_area_has_not_its_neighbours(name: str) -> None:
    assert not area("essex").contains(*OUTSIDE[name])


def test_area_with_a_hole_and_an_island_in_it() -> None:
    rings = [
        [(x, y), (10 - x, y), (10 - x, 10 - y), (x, 10 - y), (x, y)] for x, y in ((0.0, 0.0), (2.0, 2.0), (4.0, 4.0))
    ]
    found = Area([[(float(x), float(y)) for x, y in ring] for ring in rings])

    assert [found.contains(at, at) for at in (-1.0, 1.0, 3.0, 5.0, 7.0, 9.0, 11.0)] == [
        False, True, False, True, False, True, False,
    ]  # fmt: skip


def test_areas_are_listed() -> None:
    assert area_names() == ["essex"]


def _slow(latitude: float, longitude: float) -> bool:
    """The same ray over every edge there is."""
    inside = False
    for polygon in json.loads(BOUNDARY.read_text())["geometry"]["coordinates"]:
        for ring in polygon:
            for (lon_1, lat_1), (lon_2, lat_2) in pairwise(ring):
                crosses = (lat_1 > latitude) != (lat_2 > latitude)
                if crosses and longitude < lon_1 + (latitude - lat_1) / (lat_2 - lat_1) * (lon_2 - lon_1):
                    inside = not inside
    return inside


@given(st.floats(51.45, 52.15), st.floats(-0.1, 1.4))
def test_bands_change_nothing(latitude: float, longitude: float) -> None:
    assert area("essex").contains(latitude, longitude) == _slow(latitude, longitude)
