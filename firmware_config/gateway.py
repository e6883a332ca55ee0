"""The gateway's configuration: a TOML file, checked whole before anything starts."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from firmware_config.sensor import SensorConfig
from sensorhub.broker import BrokerSettings
from sensorhub.config import ConfigPath, load_toml
from sensorhub.errors import ConfigInvalid
from sensorhub.names import check_gateway_id
from sensorhub.topics import CARE_ROOT, OPEN_ROOT

SENSORS_MAX = 100
"""More than any header and its buses take; a status names at most 200."""

SPOOL_BYTES_MIN = 16_777_216
"""16 MiB: some segments to write, and some to seal and send."""

GatewayId = Annotated[str, AfterValidator(check_gateway_id)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)  # for paths: from the file's folder


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
    board: str = Field(default="", max_length=20, description="Model of the Raspberry Pi, as in 4b; see the checks.")
    site: str = Field(default="", max_length=48, description="The site at which it stands, of the deployment's sites.")
    clock_battery: bool = Field(default=False, description="Whether the board has a battery for its clock.")
    interfaces: tuple[str, ...] = Field(
        default=(), description="Buses that are switched on: i2c-1, spi-0, uart-0, 1-wire."
    )
    sensors: tuple[SensorConfig, ...] = Field(min_length=1, max_length=SENSORS_MAX, description="What is connected.")

    @property
    def is_care(self) -> bool:
        """Whether it is wholly social care."""
        return any(sensor.entry.is_care for sensor in self.sensors)

    @property
    def root(self) -> str:
        """The root of this gateway's topics."""
        return CARE_ROOT if self.is_care else OPEN_ROOT

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        used: dict[str, list[str]] = {"pin": [], "id": []}
        for sensor in self.sensors:
            used["pin"] += [str(pin) for pin in sensor.pin_of.values()]
            used["id"].append(sensor.id)
        for what, values in used.items():
            twice = sorted({value for value in values if values.count(value) > 1})
            if twice:
                raise ValueError(f"sensors: the {what} {twice[0]} is used by two sensors; give each its own")
        return self

    @model_validator(mode="after")
    def _wholly_care_or_not(self) -> Self:
        care = [sensor.id for sensor in self.sensors if sensor.entry.is_care]
        others = [sensor.id for sensor in self.sensors if not sensor.entry.is_care]
        if care and others:
            raise ValueError(
                f"sensors: {care[0]} is social care and {others[0]} is not; social care has gateways of its own"
            )
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
