"""One fault of a scenario: what goes wrong, where, when, and how it must show."""

from collections.abc import Sequence
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

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

_NEEDED: dict[Fault, str] = {"drift": "per_hour", "clock-wrong": "offset_s"}


class Table(BaseModel):
    """A table of a scenario's file: unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class FaultPlan(Table):
    """One fault.

    It happens to a sensor (by `gateway` and `sensor`, or to one that the seed chooses of those that have the `kind` and
    are on the `bus`), to all on the bus of such a sensor, or to a whole gateway that has such a sensor.
    """

    fault: Fault = Field(description="What goes wrong.")
    kind: str = Field(default="", description="Kind of the sensor that it happens to.")
    gateway: str = Field(default="", description="Gateway that it happens to.")
    sensor: str = Field(default="", description="Sensor of that gateway.")
    bus: str = Field(default="", description="Bus of the sensor, as in `i2c-1`, or the bus's type, as in `uart`.")
    from_s: int = Field(default=0, ge=0, description="When it begins, seconds after the start.")
    to_s: int = Field(default=10**9, ge=1, description="When it is over, seconds after the start.")
    when: Literal["always", "rain"] = Field(
        default="always", description="Whether it happens all that time, or only while it rains at the site."
    )
    share: float = Field(default=1.0, gt=0, le=1, description="Share of frames or echoes that it happens to.")
    per_hour: float = Field(default=0.0, description="Of a drift: by how much a value rises in an hour, in its unit.")
    offset_s: float = Field(default=0.0, description="Of a wrong clock: by how much it is ahead, seconds.")
    shows: tuple[Shows, ...] = Field(
        min_length=1,
        description="How it must show, each of them: an open fault of the sensor, a quality of its readings, a trouble "
        "of its gateway, or nothing at all.",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.to_s <= self.from_s:
            raise ValueError(f"it is over at {self.to_s} s and begins at {self.from_s} s; give a later to_s")
        return self

    @model_validator(mode="after")
    def _means_something(self) -> Self:
        for key, faults in TAKEN_BY.items():
            if key in self.model_fields_set and self.fault not in faults:
                raise ValueError(f"{self.fault} takes no {key}; leave it out, or choose {_listed(faults)}")
        needed = _NEEDED.get(self.fault)
        if needed and not getattr(self, needed):
            raise ValueError(f"{self.fault} changes nothing without {needed}; give one that is not 0")
        if "trouble" in self.shows and self.fault != "clock-wrong":
            raise ValueError(
                f"{self.fault} shows as no trouble of its gateway here, only clock-wrong does; leave it out"
            )
        if "nothing" in self.shows and len(self.shows) > 1:
            raise ValueError('what shows nothing shows nothing else; write shows = ["nothing"] or leave that out')
        return self

    @property
    def is_of_gateway(self) -> bool:
        """Whether it happens to a whole gateway."""
        return self.fault in GATEWAY_FAULTS

    @property
    def words(self) -> frozenset[Shows]:
        """How it must show on a sensor; none where no reading suffers."""
        return frozenset(word for word in self.shows if word in ON_SENSORS)


def _listed(faults: Sequence[Fault]) -> str:
    *most, last = faults
    return f"{', '.join(most)} or {last}" if most else last
