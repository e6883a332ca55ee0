"""What a simulated county is to do: kept as one file, so that a process that is started again goes on with it."""

from pathlib import Path
from uuid import UUID

from pydantic import Field

from sensorhub.broker import BrokerSettings
from sensorhub.errors import AskedWrong
from sensorhub.reading import NS_PER_S, US_PER_S
from simulators.files import write_whole
from simulators.pace import Pace

_NAME = "county.json"


class OrderUnreadable(AskedWrong):
    """A folder whose county cannot be gone on with."""


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
    write_whole(data / _NAME, order.model_dump_json(indent=1).encode() + b"\n")


def read_order(data: Path) -> Order:
    """Read the order of a folder.

    Raises:
        OrderUnreadable: there is none, or it is not from this version.
    """
    try:
        return Order.model_validate_json((data / _NAME).read_bytes())
    except (OSError, ValueError) as error:
        raise OrderUnreadable(f"{data / _NAME} cannot be read: {error}. Choose a new folder.") from None
