"""When the gateways of a fleet measure and send: at a rate, spread evenly over all, or as fast as receipts come.

All times are microseconds since 1970 UTC. A pack is held open as long as a gateway holds it by default, or until it is
full.
"""

import math
from dataclasses import dataclass
from typing import Protocol

from sensorhub.errors import AskedWrong
from sensorhub.reading import US_PER_S
from sensorhub.topics import RECORDS_PER_PACK_MAX

PACK_S = 10.0
"""The longest time for which a pack is held open."""

STOPS_PER_S = 500
"""At the end so many gateways close their last pack a second, or all within the time for which a pack is held: at once
they would fill the broker's queue."""

PERIOD_S_MAX = 86_400
"""A status tells no longer one."""

EAGER_PERIOD_S = 1.0
"""What a gateway that sends as fast as it can says of its intervals."""


class RateImpossible(AskedWrong):
    """A rate at which these gateways cannot measure."""


class Beat(Protocol):
    """When one gateway measures and sends."""

    @property
    def due_us(self) -> int | None:
        """When its next pack goes; None: it is through."""
        ...

    def take(self, now_us: int) -> list[int]:
        """The times of the instants that the next pack has, rising; an instant is taken once."""
        ...

    def waiting(self, now_us: int) -> int:
        """Instants that were measured by now and not taken."""
        ...


class SteadyBeat:
    """Instants at even distances.

    Arguments:
        begin_us, end_us: from when and until when it measures.
        close_us: when it closes its last pack, not before the end.
        period_us: between two instants.
        phase: when the first is, in periods after the beginning, below 1.
        first: instants of the first pack, by which the packs of a fleet are spread.
        full: instants of all other packs, but for the last.
        instants_max: what a pack can hold where some had to wait.
    """

    def __init__(
        self,
        begin_us: int,
        end_us: int,
        close_us: int,
        *,
        period_us: float,
        phase: float,
        first: int,
        full: int,
        instants_max: int,
    ) -> None:
        self._begin_us = begin_us
        self._end_us = end_us
        self._close_us = close_us
        self._period_us = period_us
        self._phase = phase
        self._full = full
        self._instants_max = instants_max
        self._taken = 0
        self._mark = first
        self._total = self._until(end_us - 1)

    @property
    def due_us(self) -> int | None:
        if self._taken == self._total:
            return None
        return self._time_us(self._mark - 1) if self._mark <= self._total else self._close_us

    def take(self, now_us: int) -> list[int]:
        upto = min(self._until(now_us), self._taken + self._instants_max)
        times = [self._time_us(number) for number in range(self._taken, upto)]
        self._taken = upto
        self._mark = upto + self._full
        return times

    def waiting(self, now_us: int) -> int:
        return self._until(now_us) - self._taken

    def _time_us(self, number: int) -> int:
        return self._begin_us + math.ceil((self._phase + number) * self._period_us)

    def _until(self, now_us: int) -> int:
        """How many instants there are up to `now_us`, included."""
        last_us = min(now_us, self._end_us - 1)
        number = max(0, int((last_us - self._begin_us) / self._period_us - self._phase))
        while number and self._time_us(number - 1) > last_us:  # a division of doubles may be one off
            number -= 1
        while self._time_us(number) <= last_us:
            number += 1
        return number


class EagerBeat:
    """Always a full pack of instants that are over just now, until the end."""

    def __init__(self, end_us: int, instants_max: int) -> None:
        self._end_us = end_us
        self._instants = instants_max
        self._last_us = 0

    @property
    def due_us(self) -> int | None:
        return self._last_us

    def take(self, now_us: int) -> list[int]:
        if now_us >= self._end_us:
            return []
        first_us = max(now_us - self._instants, self._last_us) + 1
        self._last_us = first_us + self._instants - 1
        return list(range(first_us, self._last_us + 1))

    def waiting(self, now_us: int) -> int:
        return 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What a whole fleet does.

    Arguments:
        gateways: how many there are.
        records: readings of each at one instant.
        rate: readings per second of all together; 0: as fast as receipts come.
    """

    gateways: int
    records: int
    rate: float

    def check(self) -> None:
        """Raise RateImpossible where a gateway would measure too seldom or too often."""
        if not self.rate:
            return
        if self._period_us > PERIOD_S_MAX * US_PER_S:
            least = self.gateways * self.records / PERIOD_S_MAX
            raise RateImpossible(
                f"--rate {self.rate:g}: each sensor would be read less than once a day. "
                f"Take at least {least:.2g} readings per second, or 0 for as many as receipts come for."
            )
        if self._period_us < 1:
            most = self.gateways * self.records * US_PER_S
            raise RateImpossible(
                f"--rate {self.rate:g}: a gateway would read its sensors more than once a microsecond. "
                f"Take at most {most:,} readings per second, or more gateways."
            )

    @property
    def instants_max(self) -> int:
        """Instants that a pack can hold; those of one are never split."""
        return RECORDS_PER_PACK_MAX // self.records

    @property
    def period_s(self) -> float:
        """Length of the sensors' intervals, as a status tells it."""
        return self._period_us / US_PER_S if self.rate else EAGER_PERIOD_S

    def beat(self, number: int, begin_us: int, end_us: int) -> Beat:
        """When a gateway measures and sends.

        Arguments:
            number: of the gateway, from 0.
        """
        if not self.rate:
            return EagerBeat(end_us, self.instants_max)
        full = max(1, min(self.instants_max, int(PACK_S * US_PER_S / self._period_us)))
        phase = number / self.gateways
        return SteadyBeat(
            begin_us,
            end_us,
            end_us + int(phase * min(PACK_S, self.gateways / STOPS_PER_S) * US_PER_S),
            period_us=self._period_us,
            phase=phase,
            first=1 + number * full // self.gateways,
            full=full,
            instants_max=self.instants_max,
        )

    @property
    def _period_us(self) -> float:
        return self.gateways * self.records * US_PER_S / self.rate
