"""The tally of a kind, guarded: a mistake in it costs its own sensor only, and no gateway its start."""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Self

from gateway.sensors.tally import Tally

log = logging.getLogger(__name__)


class GuardedTally(Tally):
    """A tally that begins anew where its kind raises, and tells of it until the end of the next interval.

    Arguments:
        sensor: id, for the log.
        make: makes the tally of its kind.
    """

    def __init__(self, sensor: str, make: Callable[[], Tally]) -> None:
        self._sensor = sensor
        self._make = make
        self._tally = make()
        self._levels: dict[int, bool] = {}
        self._wrong = self._was_wrong = ""

    def observe(self, channel: int, clock_ns: int, level: bool) -> None:
        self._levels[channel] = level
        self._do(lambda tally: tally.observe(channel, clock_ns, level), clock_ns)

    def lose(self, clock_ns: int) -> None:
        self._levels.clear()
        self._do(lambda tally: tally.lose(clock_ns), clock_ns)

    def edge(self, channel: int, clock_ns: int, level: bool) -> None:
        self._levels[channel] = level
        self._do(lambda tally: tally.edge(channel, clock_ns, level), clock_ns)

    def advance(self, clock_ns: int) -> None:
        self._do(lambda tally: tally.advance(clock_ns), clock_ns)

    def values(self, observed_ns: int) -> Mapping[str, float]:
        found: dict[str, float] = {}
        self._do(lambda tally: found.update(tally.values(observed_ns)))
        return found

    def empty(self) -> None:
        self._was_wrong, self._wrong = self._wrong, ""
        self._do(lambda tally: tally.empty())

    def copy(self) -> Self:
        twin = super().copy()
        twin._tally = self._tally.copy()
        return twin

    def _do(self, call: Callable[[Tally], None], clock_ns: int | None = None) -> None:
        try:
            call(self._tally)
        except Exception as error:  # the sensor boundary: what its kind did not expect
            if not self._wrong:
                log.exception("Sensor %s could not be counted.", self._sensor)
            self._wrong = f"It could not be counted: {type(error).__name__}: {error}. Its counts begin anew."
            self._tally = self._make()
            if clock_ns is not None:
                with suppress(Exception):
                    for channel, level in self._levels.items():
                        self._tally.observe(channel, clock_ns, level)
        self.fault = self._wrong or self._was_wrong or self._tally.fault
