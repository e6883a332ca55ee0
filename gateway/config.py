"""The gateway's configuration: a TOML file, checked whole before anything starts."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from firmware_config.header import USABLE_PINS
from sensorhub.broker import BrokerSettings
from sensorhub.config import ConfigPath, load_toml
from sensorhub.errors import ConfigInvalid
from sensorhub.names import check_gateway_id, check_sensor_id
from sensorhub.topics import OPEN_ROOT

SPOOL_BYTES_MIN = 16_777_216
"""16 MiB: some segments to write, and some to seal and send."""

GatewayId = Annotated[str, AfterValidator(check_gateway_id)]
SensorId = Annotated[str, AfterValidator(check_sensor_id)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)  # for paths: from the file's folder


class SensorConfig(_Table):
    """One contact on a pin."""

    id: SensorId = Field(description="Name of the sensor, unique on this gateway.")
    kind: Literal["detector"] = Field(default="detector", description="What it is; this version knows `detector`.")
    pin: int = Field(ge=min(USABLE_PINS), le=max(USABLE_PINS), description="BCM number of the pin, 2 to 27.")
    title: str = Field(default="", max_length=120, description="What it watches, in words for the page.")
    period_s: int = Field(default=60, ge=1, le=86_400, description="Length of an interval in seconds.")
    debounce_ms: int = Field(default=20, ge=0, le=10_000, description="A contact still this long has settled.")


class GatewayConfig(_Table):
    """One gateway: who it is, where it keeps its data, which broker it speaks to, what it reads."""

    gateway: GatewayId = Field(description="Name of this gateway, as the hub knows it.")
    title: str = Field(default="", max_length=120, description="Where it stands, in words for the page.")
    key_file: ConfigPath = Field(default=Path("gateway.key"), description="The gateway's own key, mode 0600.")
    spool: ConfigPath = Field(
        default=Path("spool"), description="Folder on the card that keeps what is not yet received."
    )
    spool_bytes_max: int | None = Field(
        default=None,
        ge=SPOOL_BYTES_MIN,
        description="How much of the card the spool may take, bytes, and in time does; a start reads all of it. By "
        "default 70 % of the partition, 256 MiB at most.",
    )
    spool_when_full: Literal["reject_new", "drop_oldest"] = Field(
        default="reject_new",
        description="When it is full: reject_new keeps what it has, drop_oldest what is new; the hub shows the gap.",
    )
    spool_age_max_days: int = Field(
        default=366,
        ge=0,
        le=36_600,
        description="What is older is dropped, days, by the gateway's own running time; 0 keeps it for ever.",
    )
    pack_s: float = Field(default=10.0, ge=0.1, le=600, description="Longest time a pack is held open, seconds.")
    commit_ms: Literal[200, 1000, 5000] = Field(
        default=200, description="How often what was measured is made durable: 200, 1000 or 5000 ms."
    )
    broker: BrokerSettings = Field(default_factory=BrokerSettings, description="The MQTT broker.")
    sensors: tuple[SensorConfig, ...] = Field(
        min_length=1, max_length=len(USABLE_PINS), description="What is connected."
    )

    @property
    def root(self) -> str:
        """The root of this gateway's topics."""
        return OPEN_ROOT

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for what, values in (
            ("pin", [str(sensor.pin) for sensor in self.sensors]),
            ("id", [sensor.id for sensor in self.sensors]),
        ):
            twice = sorted({value for value in values if values.count(value) > 1})
            if twice:
                raise ValueError(f"sensors: the {what} {twice[0]} is used by two sensors; give each its own")
        return self


def gateway_config(
    path: Path | None, options: dict[str, Any], broker: dict[str, Any], contacts: Sequence[str]
) -> GatewayConfig:
    """The configuration from a file, options, or both; options win.

    Arguments:
        path: a TOML file; None: options alone.
        options, broker: values of the file's first level and of its table `broker`.
        contacts: `id=pin` each; where there are any they take the place of the file's sensors.

    Raises:
        ConfigInvalid: with every finding.
    """
    told: dict[str, Any] = {**options, **({"broker": broker} if broker else {})}
    if contacts:
        told["sensors"] = [_contact(text) for text in contacts]
    return load_toml(path, GatewayConfig, told)


def _contact(text: str) -> dict[str, str]:
    sensor, separator, pin = text.partition("=")
    if not separator:
        raise ConfigInvalid("The command line", [f"--contact {text}: write a name and a pin, as in detector-1=4"])
    return {"id": sensor, "pin": pin}
