"""A scenario: which faults happen to which sensors and gateways, when, and how they must show. TOML files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sensorhub.config import load_toml
from sensorhub.errors import AskedWrong

FOLDER = Path(__file__).parent / "scenarios"

_S_PER_H = 3_600

SensorFault = Literal[
    "stuck", "cut", "chatter", "crossed", "dead", "frozen", "drift", "flipped", "half-frames", "echo-lost"
]
GatewayFault = Literal["clock-wrong", "power-cut", "network-down", "card-full"]
Fault = Literal[SensorFault, GatewayFault]
Shows = Literal["fault", "bad", "suspect", "partial", "nothing"]

CONTACT_FAULTS: tuple[SensorFault, ...] = ("stuck", "cut", "chatter", "crossed")
"""Happen to sensors of contacts; all others of a sensor to parts on buses."""

GATEWAY_FAULTS: tuple[GatewayFault, ...] = ("clock-wrong", "power-cut", "network-down", "card-full")


class ScenarioUnknown(AskedWrong):
    """A scenario that is no file and none of those supplied."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class FaultPlan(_Table):
    """One fault.

    It happens to a sensor (by `sensor` and `gateway`, or to one of the deployment's sensors of a `kind` that the seed
    chooses), or to a whole gateway.
    """

    fault: Fault = Field(description="What goes wrong.")
    kind: str = Field(default="", description="Kind of the sensor that it happens to.")
    gateway: str = Field(default="", description="Gateway that it happens to.")
    sensor: str = Field(default="", description="Sensor of that gateway.")
    from_s: int = Field(default=0, ge=0, description="When it begins, seconds after the start.")
    to_s: int = Field(default=10**9, ge=1, description="When it is over, seconds after the start.")
    share: float = Field(default=1.0, gt=0, le=1, description="Share of frames that it happens to.")
    per_hour: float = Field(default=0.0, description="Of a drift: by how much a value rises in an hour, in its unit.")
    offset_s: float = Field(default=0.0, description="Of a wrong clock: by how much it is ahead, seconds.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.to_s <= self.from_s:
            raise ValueError(f"it is over at {self.to_s} s and begins at {self.from_s} s; give a later to_s")
        return self


class Scenario(_Table):
    """One scenario."""

    title: str = Field(description="What it is, in a few words.")
    what: str = Field(description="What happens and how it shows, in a sentence.")
    seed: int = Field(default=1, description="Chooses sensors, and the moments of what happens by chance.")
    hours: int = Field(default=1, ge=1, le=24 * 366, description="How long it takes to show, hours of the world.")
    shows: tuple[Shows, ...] = Field(
        min_length=1,
        description="How it may show: an open fault of the sensor, a quality of its readings, or nothing at all.",
    )
    faults: tuple[FaultPlan, ...] = Field(min_length=1, description="What goes wrong.")

    @model_validator(mode="after")
    def _within(self) -> Self:
        late = [plan.from_s for plan in self.faults if plan.from_s >= self.hours * _S_PER_H]
        if late:
            raise ValueError(
                f"a fault begins at {late[0]} s, when the run is over; give more hours, or a smaller from_s"
            )
        return self


def supplied() -> dict[str, Path]:
    """The scenarios that come with the product, by name."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.toml"))}


def find_scenario(named: str) -> Path:
    """The file of a scenario: one of those supplied by its name, or any file.

    Raises:
        ScenarioUnknown: there is neither.
    """
    path = supplied().get(named, Path(named))
    if not path.is_file():
        told: Sequence[str] = list(supplied())
        raise ScenarioUnknown(f"{named} is no file, and none of the scenarios supplied: {', '.join(told)}.")
    return path


def read_scenario(path: Path) -> Scenario:
    """Read a scenario.

    Raises:
        ConfigInvalid: with every finding.
    """
    return load_toml(path, Scenario)
