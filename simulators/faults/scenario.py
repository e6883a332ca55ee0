"""A scenario: which faults happen to which sensors and gateways, in which weather, for how long. TOML files."""

from pathlib import Path

from pydantic import Field, ValidationInfo, field_validator

from sensorhub.clock import parse_time_us
from sensorhub.config import Fault, Misfit, Number, Whole, load_toml, nearest
from sensorhub.errors import AskedWrong
from sensorhub.sentence import ended
from simulators.faults.plan import FaultPlan, Table

FOLDER = Path(__file__).parent / "scenarios"

HOURS_MAX = 24 * 366

_S_PER_H = 3_600


class ScenarioUnknown(AskedWrong):
    """A scenario that is no file and none of those supplied."""


class Scenario(Table):
    """One scenario."""

    title: str = Field(description="What it is, in a few words.")
    what: str = Field(description="What happens and how it shows, in a sentence.")
    seed: Whole = Field(default=1, description="Chooses sensors, and the moments of what happens by chance.")
    start: str | None = Field(default=None, description="When the world begins, unless --start says; as for --start.")
    hours: Number = Field(
        default=1.0,
        gt=0,
        le=HOURS_MAX,
        description="How long it takes to show, hours of the world: whole intervals of all sensors.",
    )
    faults: tuple[FaultPlan, ...] = Field(min_length=1, description="What goes wrong.")

    @field_validator("start")
    @classmethod
    def _is_a_time(cls, start: str | None) -> str | None:
        if start is not None:
            try:
                parse_time_us(start)
            except ValueError:
                raise ValueError(f'{start} is no time; write it as in "2026-01-13T06:00:00Z"') from None
        return start

    @field_validator("faults")
    @classmethod
    def _begin_in_time(cls, faults: tuple[FaultPlan, ...], info: ValidationInfo) -> tuple[FaultPlan, ...]:
        hours = info.data.get("hours", HOURS_MAX)
        late = [
            Fault((at, "from_s"), f"at {plan.from_s} s the run is over", "give more hours, or a smaller from_s")
            for at, plan in enumerate(faults)
            if plan.from_s >= hours * _S_PER_H
        ]
        if late:
            raise Misfit(*late)
        return faults


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
        known = nearest(named, list(supplied()), "there are")
        listed = "the scenarios that sensorhub simulate faults --list tells of"
        raise ScenarioUnknown(ended(f"{named} is no file, and none of {listed}; {known}"))
    return path


def read_scenario(path: Path) -> Scenario:
    """Read a scenario.

    Raises:
        ConfigInvalid: with every finding.
    """
    return load_toml(path, Scenario)
