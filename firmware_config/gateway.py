"""The gateway's configuration: a TOML file, checked whole before anything starts."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from firmware_config.boards import boards, interface_names, is_interface
from firmware_config.catalogue import entry, kinds
from firmware_config.clashes import clashes
from firmware_config.sensor import SensorConfig
from sensorhub.broker import BrokerSettings
from sensorhub.config import ConfigPath, Misfit, Number, Switch, Whole, close_to, load_toml, nearest, shown
from sensorhub.errors import ConfigInvalid
from sensorhub.names import check_gateway_id, is_id
from sensorhub.topics import CARE_ROOT, OPEN_ROOT

SENSORS_MAX = 100
"""More than any header and its buses take; a status names at most 200."""

SPOOL_BYTES_MIN = 16_777_216
"""16 MiB: some segments to write, and some to seal and send."""


def _board_as_text(told: object) -> object:
    """Some boards are called by a number, which is not to be forgotten to be text."""
    if not isinstance(told, str):
        near = close_to(str(told), list(boards()))
        write = f'"{near}"' if near else "one of " + ", ".join(f'"{name}"' for name in boards())
        raise ValueError(f"{shown(told)} does not fit; write {write}")
    return told


def _known_board(name: str) -> str:
    if name and name not in boards():
        raise ValueError(f"the board {name!r} is not known; {nearest(name, list(boards()), 'there are')}")
    return name


def check_site_id(text: str) -> str:
    """Return a site's id that fits the grammar.

    Raises:
        ValueError: `text` is no id.
    """
    if text and not is_id(text):
        raise ValueError(f"{text!r} cannot name a site; use lower-case letters, digits and hyphens, at most 48")
    return text


def _known_interface(name: str) -> str:
    if not is_interface(name):
        raise ValueError(f"{name!r} is no interface; {nearest(name, interface_names(), 'there are')}")
    return name


GatewayId = Annotated[str, AfterValidator(check_gateway_id)]
BoardName = Annotated[
    str,
    BeforeValidator(_board_as_text),
    AfterValidator(_known_board),
    Field(json_schema_extra=lambda schema: schema.update(enum=list(boards()))),
]
InterfaceName = Annotated[
    str,
    AfterValidator(_known_interface),
    Field(
        json_schema_extra=lambda schema: schema.update(
            anyOf=[{"enum": list(interface_names())}, {"pattern": "^1-wire@[0-9]{1,2}$"}]
        )
    ),
]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)  # for paths: from the file's folder


class GatewayFile(_Table):
    """What a gateway's file says: who it is, where it keeps its data, which broker it speaks to, what it reads.

    Each value fits by itself and to its sensor's kind; whether the sensors go together is not looked at.
    """

    gateway: GatewayId = Field(description="Name of this gateway, as the hub knows it.")
    title: str = Field(default="", max_length=120, description="Where it stands, in words for the page.")
    site: Annotated[str, AfterValidator(check_site_id)] = Field(
        default="", max_length=48, description="The site at which it stands, of the deployment's sites."
    )
    board: BoardName = Field(default="", max_length=20, description="Model of the Raspberry Pi, as in 4b.")
    clock_battery: Switch = Field(default=False, description="Whether the board has a battery for its clock.")
    interfaces: tuple[InterfaceName, ...] = Field(
        default=(),
        description="Buses that are switched on: i2c-1, spi-0, uart-0, 1-wire (on GPIO 4; 1-wire@17: on GPIO 17).",
    )
    key_file: ConfigPath = Field(default=Path("gateway.key"), description="The gateway's own key, mode 0600.")
    spool: ConfigPath = Field(
        default=Path("spool"), description="Folder on the card that keeps what is not yet received."
    )
    spool_bytes_max: Whole | None = Field(
        default=None,
        ge=SPOOL_BYTES_MIN,
        description="How much of the card the spool may take, bytes, and in time does; a start reads all of it. By "
        "default 70 % of the partition, 256 MiB at most.",
    )
    spool_when_full: Literal["reject_new", "drop_oldest"] = Field(
        default="reject_new",
        description="When it is full: reject_new keeps what it has, drop_oldest what is new; the hub shows the gap.",
    )
    spool_age_max_days: Whole = Field(
        default=366,
        ge=0,
        le=36_600,
        description="What is older is dropped, days, by the gateway's own running time; 0 keeps it for ever.",
    )
    pack_s: Number = Field(default=10.0, ge=0.1, le=600, description="Longest time a pack is held open, seconds.")
    commit_ms: Literal[200, 1000, 5000] = Field(
        default=200, description="How often what was measured is made durable: 200, 1000 or 5000 ms."
    )
    broker: BrokerSettings = Field(default_factory=BrokerSettings, description="The MQTT broker.")
    sensors: tuple[SensorConfig, ...] = Field(min_length=1, max_length=SENSORS_MAX, description="What is connected.")

    @property
    def is_care(self) -> bool:
        """Whether it is wholly social care."""
        return any(sensor.entry.is_care for sensor in self.sensors)

    @property
    def root(self) -> str:
        """The root of this gateway's topics."""
        return CARE_ROOT if self.is_care else OPEN_ROOT


class GatewayConfig(GatewayFile):
    """A gateway that can be run: its sensors share neither id nor pin, and are all social care or none."""

    @model_validator(mode="after")
    def _go_together(self) -> Self:
        faults = tuple(clashes(self.sensors))
        if faults:
            raise Misfit(*faults)
        return self


def with_its_own(config: GatewayConfig) -> GatewayConfig:
    """The same gateway with what every gateway has (its own health), where the file does not name it."""
    kinds_named = {sensor.kind for sensor in config.sensors}
    ids = {sensor.id for sensor in config.sensors}
    own = [kind for kind in kinds() if entry(kind).every_gateway and kind not in kinds_named and kind not in ids]
    if not own:
        return config
    return config.model_copy(update={"sensors": (*config.sensors, *(SensorConfig(id=kind, kind=kind) for kind in own))})


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


def _contact(text: str) -> dict[str, str | int]:
    sensor, separator, pin = text.partition("=")
    if not separator or not (pin.isascii() and pin.isdecimal()):
        raise ConfigInvalid("The command line", [f"--contact {text}: write a name and a pin, as in detector-1=4"])
    return {"id": sensor, "pin": int(pin)}
