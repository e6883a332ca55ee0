"""A part that is read over a bus: the part of a kind that samples.

A kind that reads samples is a module with a function `part(sensor, buses)`, which makes a `Part`.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from gateway.spool.entries import Measured
from sensorhub.errors import SensorHubError

Sample = Sequence[Measured]
"""What one read gave: each quantity once."""


class PartFault(SensorHubError):
    """A part that does not answer, or whose answer is not right; the message is a sentence for the person at the
    cabinet, and what to look at. It is tried again with back-off."""


class NotYet(Exception):
    """A part that speaks by itself, and may still do so: the read is not over, and is asked for again soon.

    So nothing waits for it meanwhile. A part that has been silent for too long raises a `PartFault` instead.
    """


class Part(ABC):
    """One part on a bus. Its methods are called in the one worker thread that reads; never two at once."""

    @abstractmethod
    def read(self, clock_ns: int) -> Sample | None:
        """Read it now; blocks for less than a second.

        Arguments:
            clock_ns: measurement clock at which the read was due, or is asked for again; for duty cycles. Falls back
                at no time.

        Returns:
            The values, or None where nothing is due (a part that sleeps between two measurements).

        Raises:
            NotYet: ask again soon.
            PartFault: there is no value, and why.
        """

    def probe(self, clock_ns: int) -> Sample:
        """Read it for a person who waits, as `read`: one that measures seldom tells what it has.

        Arguments:
            clock_ns: measurement clock.

        Raises:
            NotYet: ask again soon.
            PartFault: it does not answer, and why.
        """
        return self.read(clock_ns) or ()

    def summary(self, samples: Sequence[Sample]) -> Sample:
        """The interval's reading from its samples (at least one), in the order of time.

        By default the mean of each quantity. What is known against any of the samples is added to it elsewhere.
        """
        return mean(samples)

    def close(self) -> None:
        """Give back what it holds; may be called twice."""


def mean(samples: Sequence[Sample]) -> list[Measured]:
    """The mean of each quantity over the samples that have it."""
    found: dict[str, list[float]] = {}
    for sample in samples:
        for measured in sample:
            found.setdefault(measured.quantity, []).append(measured.value)
    return [Measured(name, sum(values) / len(values)) for name, values in found.items()]
