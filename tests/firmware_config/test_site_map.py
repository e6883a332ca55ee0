"""The map of a deployment's sites."""

import csv
import re
from itertools import combinations
from math import hypot
from pathlib import Path
from shutil import copy
from xml.etree import ElementTree

from firmware_config.reference.site_map import NEIGHBOURS, site_map
from firmware_config.site import SitesFile
from sensorhub.config import load_toml

ESSEX = Path(__file__).parents[2] / "deployments" / "essex"


def circles(text: str, radius: str) -> list[tuple[float, float]]:
    found = ElementTree.fromstring(text).iter("{http://www.w3.org/2000/svg}circle")
    return [(float(one.get("cx", "")), float(one.get("cy", ""))) for one in found if one.get("r") == radius]


def test_map_has_each_site_by_its_number_and_none_hides_another() -> None:
    text, sites = site_map(ESSEX), load_toml(ESSEX / "sites.toml", SitesFile).sites

    for number, site in enumerate(sites, 1):
        assert re.search(rf">{number}  {re.escape(site.name)}<", text)
    drawn = circles(text, "9")
    assert len(drawn) == len(sites)
    assert min(hypot(x - u, y - v) for (x, y), (u, v) in combinations(drawn, 2)) >= 18
    west = min(range(len(sites)), key=lambda at: sites[at].longitude)
    north = max(range(len(sites)), key=lambda at: sites[at].latitude)
    assert drawn[west][0] == min(x for x, _ in drawn)
    assert drawn[north][1] == min(y for _, y in drawn)


def test_map_has_neighbours_for_orientation_where_they_are_known(tmp_path: Path) -> None:
    with (ESSEX / NEIGHBOURS).open(newline="") as file:
        known = len(list(csv.DictReader(file)))
    assert len(circles(site_map(ESSEX), "2")) == known + 1  # and one that explains them

    for name in ("sites.toml", "deployment.toml"):
        copy(ESSEX / name, tmp_path / name)
    assert len(circles(site_map(tmp_path), "2")) == 1
