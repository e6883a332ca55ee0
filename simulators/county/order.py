"""What a simulated county is to do: kept as one file, so that a process that is started again goes on with it."""

from pathlib import Path
from uuid import UUID

from pydantic import Field

from sensorhub.broker import BrokerSettings
from sensorhub.reading import NS_PER_S, US_PER_S
from simulators.kept import keep, kept
from simulators.pace import Pace

_NAME = "county.json"


class Order(Pace):
    """One run of a county: the start is that of the world."""

    boots: dict[str, UUID] = Field(description="Boot id by gateway; those named here are run.")
    deployment: Path
    seed: int
    seconds: int | None = Field(description="Length of the run in seconds of the world; none: for ever.")
    interval_s: int | None = Field(default=None, description="No interval is longer than this; none: as configured.")
    scenario: Path | None = Field(default=None, description="What is wrong; none: nothing.")
    keys: Path = Field(description="The hub's folder of keys; social care's hub has one of its own.")
    care_keys: Path
    broker: BrokerSettings

    @property
    def end_us(self) -> int:
        """End of a run that has one, in wall time."""
        assert self.seconds is not None
        return self.wall_us + self.seconds * US_PER_S

    @property
    def until_ns(self) -> int | None:
        """End of the run on the measurement clock."""
        return None if self.seconds is None else self.start_ns + self.seconds * NS_PER_S


def write_order(data: Path, order: Order) -> None:
    """Keep an order in its folder, in place of an older one."""
    keep(data / _NAME, order)


def read_order(data: Path) -> Order:
    """Read the order of a folder.

    Raises:
        KeptUnreadable: there is none, or it is not from this version.
    """
    return kept(data / _NAME, Order)
