"""What the contacts of a sensor come to in an interval: the part of a kind that counts edges.

A kind that reads edges is a module with a function `tally(constants)`, which makes a `Tally`. A tally is a plain object
with no clock, thread or file of its own; the same calls give the same values, so intervals can be made again from the
journal after a restart.
"""

import copy
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Mapping
from typing import Self


class Tally(ABC):
    """Counts the edges of one sensor.

    The interval calls it; all times are boot clock in ns and never fall from call to call. Channels are the kind's
    inputs in the order of the catalogue, from 0. `level` True is active: closed, or open where the sensor says so.
    """

    fault: str = ""
    """What cannot be right in what it sees, as a sentence; empty while nothing is. Goes by itself."""

    def observe(self, channel: int, clock_ns: int, level: bool) -> None:
        """A channel is read from here on and is at `level`: no edge; whatever was before is not known."""

    def lose(self, clock_ns: int) -> None:
        """Nothing is read from here on, until `observe`; whatever is under way is not known any more."""

    @abstractmethod
    def edge(self, channel: int, clock_ns: int, level: bool) -> None:
        """A settled change of one channel to `level`."""

    def advance(self, clock_ns: int) -> None:
        """Time has come this far without another change; called at least at the end of each interval and before each
        edge, while all channels are read."""

    @abstractmethod
    def values(self, observed_ns: int) -> Mapping[str, float]:
        """The interval's values by quantity, `coverage` left out; called after `advance` to its end.

        Arguments:
            observed_ns: how much of the interval all channels were read; above 0.
        """

    @abstractmethod
    def empty(self) -> None:
        """Begin the next interval: what is under way goes on, sums and counts do not."""

    def copy(self) -> Self:
        """One that goes on from here on its own. Lists, deques, dicts and sets of unchanging values are copied."""
        twin = copy.copy(self)
        for name, value in vars(self).items():
            if isinstance(value, list | deque | dict | set):
                setattr(twin, name, copy.copy(value))
        return twin
