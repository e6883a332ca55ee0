"""A map of a deployment's sites: its area, the sites by number, and the neighbours' sites for orientation."""

import csv
from collections.abc import Iterable
from html import escape
from math import cos, hypot, radians
from pathlib import Path

from firmware_config.area import area
from firmware_config.draft import DEPLOYMENT, SITES
from firmware_config.site import DeploymentFile, Site, SitesFile
from sensorhub.config import load_toml

NEIGHBOURS = "neighbours.csv"

_WIDTH = 900.0
_LEGEND = 360.0
_MARGIN = 20.0
_LINE = 24.0
_DOT = 9
_ASIDE = _DOT * 2
"""Sites that are nearer than this to one that is drawn already stand beside it, not on it; pixels."""


class _Plane:
    """Degrees on a sheet: a plate carree, right in the middle of the area.

    Arguments:
        rings: the outline, (longitude, latitude).
    """

    def __init__(self, rings: Iterable[Iterable[tuple[float, float]]]) -> None:
        longitudes, latitudes = zip(*(point for ring in rings for point in ring), strict=True)
        self._west, self._north = min(longitudes), max(latitudes)
        east, south = max(longitudes), min(latitudes)
        self._across = cos(radians((self._north + south) / 2))
        self._scale = (_WIDTH - 2 * _MARGIN) / ((east - self._west) * self._across)
        self.height = (self._north - south) * self._scale + 2 * _MARGIN

    def at(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Where a point is, pixels from the upper left corner."""
        x = _MARGIN + (longitude - self._west) * self._across * self._scale
        return round(x, 1), round(_MARGIN + (self._north - latitude) * self._scale, 1)


def site_map(folder: Path) -> str:
    """The map of a deployment's folder, as SVG.

    Raises:
        ConfigInvalid: its files cannot be read.
    """
    sites = load_toml(folder / SITES, SitesFile).sites
    rings = area(load_toml(folder / DEPLOYMENT, DeploymentFile).area).rings
    plane = _Plane(rings)
    outline = " ".join("M" + " ".join(f"{x},{y}" for x, y in (plane.at(*point) for point in ring)) for ring in rings)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH + _LEGEND:g} {plane.height:.0f}" '
        'font-family="sans-serif" font-size="15" role="img" aria-label="Map of the sites">',
        '<rect width="100%" height="100%" fill="#fff"/>',
        f'<path d="{outline}" fill="#eef1f3" stroke="#5b6770" fill-rule="evenodd"/>',
        *(f'<circle cx="{x}" cy="{y}" r="2" fill="#8a949c"/>' for x, y in _neighbours(folder, plane)),
    ]
    for number, (site, x, y) in enumerate(_apart(sites, plane), 1):
        lines.append(f'<circle cx="{x}" cy="{y}" r="{_DOT}" fill="#0b4a8f" stroke="#fff"/>')
        lines.append(f'<text x="{x}" y="{y + 4:.1f}" fill="#fff" font-size="12" text-anchor="middle">{number}</text>')
        lines.append(f'<text x="{_WIDTH:g}" y="{_MARGIN + number * _LINE:g}">{number}  {escape(site.name)}</text>')
    bottom = _MARGIN + (len(sites) + 2) * _LINE
    lines.append(f'<circle cx="{_WIDTH + 4:g}" cy="{bottom - 5:g}" r="2" fill="#8a949c"/>')
    lines.append(f'<text x="{_WIDTH + 14:g}" y="{bottom:g}">count sites of National Highways, not ours</text>')
    return "\n".join([*lines, "</svg>", ""])


def _apart(sites: Iterable[Site], plane: _Plane) -> Iterable[tuple[Site, float, float]]:
    """Each site with its place on the sheet; one that would hide another moves to the east."""
    drawn: list[tuple[float, float]] = []
    for site in sites:
        x, y = plane.at(site.longitude, site.latitude)
        while any(hypot(x - other_x, y - other_y) < _ASIDE for other_x, other_y in drawn):
            x += 1
        drawn.append((x, y))
        yield site, x, y


def _neighbours(folder: Path, plane: _Plane) -> Iterable[tuple[float, float]]:
    if (folder / NEIGHBOURS).exists():
        with (folder / NEIGHBOURS).open(newline="") as file:
            for row in csv.DictReader(file):
                yield plane.at(float(row["longitude"]), float(row["latitude"]))
