"""The configuration of a hub."""

import ipaddress
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from cloud.settings import StoreSettings
from sensorhub.broker import BrokerSettings
from sensorhub.config import ConfigPath, Switch, load_toml
from sensorhub.topics import CARE_ROOT, OPEN_ROOT


def _loopback(host: str) -> str:
    try:
        is_loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = host == "localhost"
    if not is_loopback:
        raise ValueError(
            f"{host!r} is not this machine only: the page has no sign-in yet; write '127.0.0.1', "
            "and let a web server with a sign-in of its own pass it on"
        )
    return host


class HubConfig(BaseModel):
    """What a hub is started with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: ConfigPath = Field(
        description="the hub's folder: readings, state, and keys/ with a key file for each gateway"
    )
    broker: BrokerSettings = Field(default=BrokerSettings(), description="the MQTT broker")
    host: Annotated[str, AfterValidator(_loopback)] = Field(
        default="127.0.0.1", description="address of this machine where the page is served"
    )
    port: int = Field(default=8080, ge=0, le=65_535, description="port of the page; 0 takes any that is free")
    disk_alarm_percent: int = Field(
        default=80,
        ge=1,
        le=100,
        description="how full the disk of the hub's folder may be before it is said, %",
    )
    disk_full_percent: int = Field(
        default=90, ge=1, le=100, description="how full it may be before nothing more is taken, %"
    )
    social_care: Switch = Field(
        default=False, description="whether it serves social care's gateways, and then no others"
    )
    readings: StoreSettings = Field(default=StoreSettings(), description="the store of readings")

    @property
    def root(self) -> str:
        """The root of all topics that this hub reads and writes."""
        return CARE_ROOT if self.social_care else OPEN_ROOT


def load_hub_config(path: Path | None, options: Mapping[str, Any] | None = None) -> HubConfig:
    """Read a hub's configuration from a TOML file, options, or both; options win.

    Raises:
        ConfigInvalid: with every finding.
    """
    return load_toml(path, HubConfig, options)
