"""Sites, and the deployment they belong to, as their files describe them."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from firmware_config.area import area_names
from firmware_config.catalogue.entry import Strand
from firmware_config.gateway import check_site_id
from sensorhub.config import Number, Switch, nearest

_USRN = re.compile(r"\d{1,8}\Z", re.ASCII)


def _is_usrn(text: str) -> str:
    if text and not _USRN.match(text):
        raise ValueError(f"{text!r} is no USRN; write its digits, at most 8, in quotes")
    return text


def _known_area(name: str) -> str:
    if name not in area_names():
        raise ValueError(f"the area {name!r} is not known; {nearest(name, area_names(), 'there are')}")
    return name


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Site(_Table):
    """A place that holds gateways."""

    id: Annotated[str, AfterValidator(check_site_id)] = Field(
        min_length=1, max_length=48, description="Name of the site, as gateways give it, as in a127-rayleigh-weir."
    )
    name: str = Field(min_length=1, max_length=120, description="The name that people know it by.")
    latitude: Number = Field(ge=-90, le=90, description="Degrees north, WGS84.")
    longitude: Number = Field(ge=-180, le=180, description="Degrees east, WGS84.")
    strands: tuple[Strand, ...] = Field(min_length=1, description="Strands whose sensors may stand here.")
    road: str = Field(default="", max_length=40, description="Number or name of the road, as in A127.")
    direction: Literal[
        "", "northbound", "eastbound", "southbound", "westbound", "both", "clockwise", "anti-clockwise"
    ] = Field(default="", description="Direction of the carriageway that is watched.")
    lane: str = Field(default="", max_length=60, description="Lanes, or the place within the road.")
    usrn: Annotated[str, AfterValidator(_is_usrn)] = Field(
        default="", description="Unique Street Reference Number, digits in quotes."
    )
    town: str = Field(default="", max_length=60, description="Town or village.")
    district: str = Field(default="", max_length=60, description="District or borough.")
    consent: str = Field(default="", max_length=120, description="Who has to consent to works here.")
    indoors: Switch = Field(default=False, description="Whether gateways and sensors are inside a building.")


class SitesFile(_Table):
    """What `sites.toml` says."""

    sites: tuple[Site, ...] = Field(default=(), description="The sites, a table each.")


class DeploymentFile(_Table):
    """What `deployment.toml` says; the file may be left out."""

    name: str = Field(default="", max_length=120, description="Name of the deployment, for titles.")
    area: Annotated[str, AfterValidator(_known_area)] = Field(
        default="essex", description="The area in which its sites must lie."
    )
