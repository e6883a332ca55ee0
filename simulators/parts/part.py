"""A simulated part: what a sensor of one kind does to its pins and buses, and what is true meanwhile.

A kind's module has a function `part(sensor, wires, place)`, which makes a `SimulatedPart`. The gateway's code reads the
pins and buses as on a Pi and cannot tell. The module of one that listens for an echo has `ECHO_OVER`: the types of the
buses over which it then is read, or `NO_BUS`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

NO_BUS = "none"


@dataclass(frozen=True, slots=True, order=True)
class PinMove:
    """At `clock_ns` (measurement clock) what is connected to a pin (BCM number) becomes active (a contact closes) or
    idle."""

    clock_ns: int
    pin: int
    active: bool


@dataclass(frozen=True, slots=True)
class Truth:
    """What truly happened to one quantity of a sensor over a time.

    Arguments:
        quantity: as in the table.
        how: `sum`: the values of all intervals add up to it; `mean`: their mean is it; `last`: the newest value is it.
        value: in the quantity's unit.
        tolerance: how far what is stored may be off, in the same unit; 0 for counts.
        reason: of the tolerance, in a few words; empty where it is 0.
    """

    quantity: str
    how: Literal["sum", "mean", "last"]
    value: float
    tolerance: float = 0.0
    reason: str = ""


class SimulatedPart(ABC):
    """One part. All times are the measurement clock of its gateway, ns."""

    def moves(self) -> Iterator[PinMove]:
        """All moves of its pins from the start of the world on, in the order of time, made as they are asked for;
        without end where the world has none. Each call begins again and gives the same. With the part's own bounce."""
        return iter(())

    def settle(self, clock_ns: int) -> None:
        """Put what is true at `clock_ns` on the wire: called before each read of the gateway, with rising times."""

    @abstractmethod
    def truths(self, from_ns: int, until_ns: int) -> list[Truth]:
        """What truly happened in [from_ns, until_ns), as the intervals of the gateway should tell it.

        Called after the last move and settle of the run, for each time that is asked about.
        """

    def close(self) -> None:
        """Give back what it holds; may be called twice."""
