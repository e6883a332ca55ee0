"""What one process of a fleet is told: which gateways it plays, and then from when to when."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from sensorhub.broker import BrokerSettings


class Order(BaseModel):
    """The part of a fleet that one process plays.

    Arguments:
        keys: folder with a key for each gateway.
        gateways: how many the whole fleet has.
        first, last: numbers of those of this process, from 0, both included.
        sensors: of each gateway.
        rate: readings per second of the whole fleet; 0: as fast as receipts come.
        connections: of this process.
        connections_of_all: of the whole fleet: by it is divided what the broker is expected to queue.
    """

    model_config = ConfigDict(frozen=True)

    broker: BrokerSettings
    keys: Path
    gateways: int
    first: int
    last: int
    sensors: int
    rate: float
    connections: int
    connections_of_all: int


class Begin(BaseModel):
    """From when to when the gateways measure, on the machine clock, which all processes of a machine share."""

    model_config = ConfigDict(frozen=True)

    begin_s: float
    end_s: float


def gateway_name(number: int) -> str:
    """The id of a gateway of a fleet, by its number from 0."""
    return f"fleet-{number + 1:04d}"


def key_file(keys: Path, number: int) -> Path:
    """The key of a gateway, by its number from 0."""
    return keys / f"{gateway_name(number)}.key"
