"""What only the gateway itself knows of its health, for the part that reads it."""

import shutil
from pathlib import Path

from gateway.recorder.recorder import Recorder
from sensorhub.clock import MeasurementClock
from sensorhub.reading import NS_PER_S, Quality

_PERCENT = 100

HUMIDITY_S_MAX = 1_800
"""Humidity changes within the hour; what is older says nothing of the air now."""


class Facts:
    """Called in the thread of the buses.

    Arguments:
        spool: folder on the card.
        recorder: knows the time, how full the spool is, and the newest readings.
        clock: the measurement clock.
    """

    def __init__(self, spool: Path, recorder: Recorder, clock: MeasurementClock) -> None:
        self._spool = spool
        self._recorder = recorder
        self._clock = clock

    def __call__(self) -> dict[str, float]:
        """The facts by quantity; what is not known is left out."""
        facts = {"spool_used": self._recorder.fullness.percent}
        if self._recorder.newest_anchor is not None:
            facts["clock_error"] = self._recorder.newest_anchor.error_ns / NS_PER_S
        facts.update(self._humidity())
        try:
            usage = shutil.disk_usage(self._spool)
            facts["disk_used"] = _PERCENT * usage.used / usage.total
        except OSError:
            pass  # the spool says what is wrong with the card
        return facts

    def _humidity(self) -> dict[str, float]:
        """What another part here told of the air's humidity last, where that is not too old."""
        since_ns = self._clock.now_ns() - HUMIDITY_S_MAX * NS_PER_S
        for reading in list(self._recorder.newest.values()):
            for one in reading.values if reading.clock_ns >= since_ns else ():
                if one.quantity == "relative_humidity" and not one.quality & Quality.BAD:
                    return {one.quantity: one.value}
        return {}
