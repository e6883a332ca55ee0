"""What is wrong with sensors, from all that may notice it: pins, parts, counts, contacts that do not move."""

import logging
from collections.abc import Callable, ItemsView, Iterator, Mapping
from threading import Lock

from sensorhub.clock import wall_us
from sensorhub.reading import US_PER_S
from sensorhub.sentence import shortened
from sensorhub.status import Fault

log = logging.getLogger(__name__)


class Faults(Mapping[str, Fault]):
    """The open fault of each sensor, by its id. Any thread may find or clear one.

    Arguments:
        wall_us: the wall time, microseconds.
    """

    def __init__(self, wall_us: Callable[[], int] = wall_us) -> None:
        self._wall_us = wall_us
        self._lock = Lock()
        self._open: dict[str, dict[str, Fault]] = {}
        self._shown: dict[str, Fault] = {}

    def __getitem__(self, sensor: str) -> Fault:
        return self._shown[sensor]

    def __iter__(self) -> Iterator[str]:
        return iter(dict(self._shown))

    def __len__(self) -> int:
        return len(self._shown)

    def items(self) -> ItemsView[str, Fault]:
        """All of them at one moment: one that goes meanwhile is no error."""
        return dict(self._shown).items()

    def set(self, sensor: str, source: str, text: str) -> None:
        """Say what `source` finds wrong with a sensor now; empty: nothing any more. Logged once each.

        Arguments:
            source: who found it, as in `pin`; each has at most one.
            text: a sentence.
        """
        known = self._open.get(sensor, {}).get(source)
        told = shortened(text)
        if (known.text if known else "") == told:
            return
        with self._lock:
            found = self._open.setdefault(sensor, {})
            if text:
                since = known.since if known else self._wall_us() / US_PER_S
                found[source] = Fault(text=told, since=since)
            else:
                found.pop(source, None)
            if found:
                self._shown[sensor] = next(iter(found.values()))
            else:
                self._shown.pop(sensor, None)
        if text and known is None:
            log.error("Sensor %s: %s Its neighbours go on.", sensor, text)
        elif sensor not in self._shown:
            log.info("Sensor %s works again.", sensor)
