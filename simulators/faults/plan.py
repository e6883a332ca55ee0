"""One fault of a scenario: what goes wrong, where, when, and how it must show."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from sensorhub.config import Number, Whole, one_of

ContactFault = Literal["stuck", "cut", "chatter", "crossed"]
PartFault = Literal["dead", "dead-bus", "frozen", "drift", "flipped", "half-frames", "echo-lost"]
GatewayFault = Literal["clock-wrong", "power-cut", "network-down", "card-full"]
Fault = Literal[ContactFault, PartFault, GatewayFault]
Shows = Literal["fault", "bad", "suspect", "partial", "trouble", "nothing"]

CONTACT_FAULTS: tuple[ContactFault, ...] = ("stuck", "cut", "chatter", "crossed")
"""Happen to sensors of contacts."""

PART_FAULTS: tuple[PartFault, ...] = ("dead", "dead-bus", "frozen", "drift", "flipped", "half-frames", "echo-lost")
"""Happen to parts that are read over a bus, or by their echo."""

GATEWAY_FAULTS: tuple[GatewayFault, ...] = ("clock-wrong", "power-cut", "network-down", "card-full")

ON_SENSORS: tuple[Shows, ...] = ("fault", "bad", "suspect", "partial")
"""What shows on a sensor. A trouble is the gateway's own, and costs no reading."""

TAKEN_BY: dict[str, Sequence[Fault]] = {
    "sensor": (*CONTACT_FAULTS, *PART_FAULTS),
    "bus": PART_FAULTS,
    "share": ("flipped", "half-frames", "echo-lost"),
    "when": ("echo-lost",),
    "per_hour": ("drift",),
    "offset_s": ("clock-wrong",),
}
"""The faults for which a key means something; those that are not here are for all."""

FOREVER_S = 10**9
"""Longer than any run."""

_NEEDED: dict[Fault, str] = {"drift": "per_hour", "clock-wrong": "offset_s"}


class Table(BaseModel):
    """A table of a scenario's file: unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class FaultPlan(Table):
    """One fault.

    It happens to a sensor (by `gateway` and `sensor`, or to one that the seed chooses of those that have the `kind` and
    are on the `bus`), to all on the bus of such a sensor, or to a whole gateway that has such a sensor. What a key must
    fit to is checked with the key, so that all that is wrong with a table is found at once.
    """

    fault: Fault = Field(description="What goes wrong.")
    kind: str = Field(default="", description="Kind of the sensor that it happens to.")
    gateway: str = Field(default="", description="Gateway that it happens to.")
    sensor: str = Field(default="", description="Sensor of that gateway.")
    bus: str = Field(default="", description="Bus of the sensor, as in `i2c-1`, or the bus's type, as in `uart`.")
    from_s: Whole = Field(default=0, ge=0, description="When it begins, seconds after the start.")
    to_s: Whole = Field(
        default=FOREVER_S, ge=1, description="When it is over, seconds after the start; by default it never is."
    )
    when: Literal["always", "rain"] = Field(
        default="always", description="Whether it happens all that time, or only while it rains at the site."
    )
    share: Number = Field(default=1.0, gt=0, le=1, description="Share of frames or echoes that it happens to.")
    per_hour: Number | None = Field(
        default=None,
        validate_default=True,
        description="Of a drift: by how much a value rises in an hour, in its unit.",
    )
    offset_s: Number | None = Field(
        default=None, validate_default=True, description="Of a wrong clock: by how much it is ahead, seconds."
    )
    shows: tuple[Shows, ...] = Field(
        min_length=1,
        description="How it must show, each of them: an open fault of the sensor, a quality of its readings, a trouble "
        "of its gateway, or nothing at all.",
    )

    @field_validator("to_s")
    @classmethod
    def _in_order(cls, to_s: int, info: ValidationInfo) -> int:
        from_s = info.data.get("from_s", 0)
        if to_s <= from_s:
            raise ValueError(f"it is over at {to_s} s and begins at {from_s} s; give a later to_s")
        return to_s

    @field_validator(*TAKEN_BY)
    @classmethod
    def _means_something(cls, value: Any, info: ValidationInfo) -> Any:
        fault, key = info.data.get("fault"), str(info.field_name)
        if fault is None:
            return value  # which is wrong itself
        if value is not None and fault not in TAKEN_BY[key]:
            raise ValueError(f"{fault} takes no {key}; leave it out, or choose {one_of(TAKEN_BY[key])}")
        if _NEEDED.get(fault) == key and not value:
            raise ValueError(f"{fault} changes nothing without {key}; give one that is not 0")
        return value

    @field_validator("shows")
    @classmethod
    def _can_show(cls, shows: tuple[Shows, ...], info: ValidationInfo) -> tuple[Shows, ...]:
        fault = info.data.get("fault", "clock-wrong")
        if "trouble" in shows and fault != "clock-wrong":
            raise ValueError(f"{fault} shows as no trouble of its gateway here, only clock-wrong does; leave it out")
        if "nothing" in shows and len(shows) > 1:
            raise ValueError('what shows nothing shows nothing else; write shows = ["nothing"] or leave that out')
        return shows

    @property
    def is_of_gateway(self) -> bool:
        """Whether it happens to a whole gateway."""
        return self.fault in GATEWAY_FAULTS

    @property
    def words(self) -> frozenset[Shows]:
        """How it must show on a sensor; none where no reading suffers."""
        return frozenset(word for word in self.shows if word in ON_SENSORS)
