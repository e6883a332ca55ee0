"""A scenario: which faults happen to which sensors and gateways, in which weather, for how long. TOML files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from sensorhub.clock import parse_time_us
from sensorhub.config import load_toml
from sensorhub.errors import AskedWrong
from simulators.faults.plan import FaultPlan, Table

FOLDER = Path(__file__).parent / "scenarios"

_S_PER_H = 3_600


class ScenarioUnknown(AskedWrong):
    """A scenario that is no file and none of those supplied."""


class Scenario(Table):
    """One scenario."""

    title: str = Field(description="What it is, in a few words.")
    what: str = Field(description="What happens and how it shows, in a sentence.")
    seed: int = Field(default=1, description="Chooses sensors, and the moments of what happens by chance.")
    start: str | None = Field(default=None, description="When the world begins, unless --start says; as for --start.")
    hours: int = Field(default=1, ge=1, le=24 * 366, description="How long it takes to show, hours of the world.")
    faults: tuple[FaultPlan, ...] = Field(min_length=1, description="What goes wrong.")

    @model_validator(mode="after")
    def _within(self) -> Self:
        late = [plan.from_s for plan in self.faults if plan.from_s >= self.hours * _S_PER_H]
        if late:
            raise ValueError(
                f"a fault begins at {late[0]} s, when the run is over; give more hours, or a smaller from_s"
            )
        return self

    @model_validator(mode="after")
    def _begins(self) -> Self:
        if self.start is not None:
            try:
                parse_time_us(self.start)
            except ValueError:
                raise ValueError(f'start {self.start} is no time; write it as in "2026-01-13T06:00:00Z"') from None
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
