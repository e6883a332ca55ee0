"""A part that is read over a bus: the part of a kind that samples.

A kind that reads samples is a module with a function `part(sensor, buses)`, which makes a `Part`.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from gateway.spool.entries import Measured
from sensorhub.errors import SensorHubError
from sensorhub.reading import Quality

Sample = Sequence[Measured]
"""What one read gave: each quantity once."""


class PartFault(SensorHubError):
    """A part that does not answer, or whose answer is not right; the message is a sentence for the person at the
    cabinet, and what to look at. It is tried again with back-off."""


class Part(ABC):
    """One part on a bus. Its methods are called in the one worker thread that reads; never two at once."""

    @abstractmethod
    def read(self, clock_ns: int) -> Sample | None:
        """Read it now; may block for some seconds at most.

        Arguments:
            clock_ns: measurement clock at which the read was due; for duty cycles. Falls back at no time.

        Returns:
            The values, or None where nothing is due (a part that sleeps between two measurements).

        Raises:
            PartFault: there is no value, and why.
        """

    def summary(self, samples: Sequence[Sample]) -> Sample:
        """The interval's reading from its samples (at least one), in the order of time.

        By default the mean of each quantity, with every quality that one of its samples had.
        """
        return mean(samples)

    def close(self) -> None:
        """Give back what it holds; may be called twice."""


def mean(samples: Sequence[Sample]) -> list[Measured]:
    """The mean of each quantity over the samples that have it, with every quality that one of them had."""
    found: dict[str, tuple[float, int, Quality]] = {}
    for sample in samples:
        for measured in sample:
            total, number, quality = found.get(measured.quantity, (0.0, 0, Quality.GOOD))
            found[measured.quantity] = total + measured.value, number + 1, quality | measured.quality
    return [Measured(name, total / number, quality) for name, (total, number, quality) in found.items()]
