"""What only the gateway itself knows of its health, for the part that reads it."""

import shutil
from pathlib import Path

from gateway.recorder.recorder import Recorder
from sensorhub.reading import NS_PER_S

_PERCENT = 100


class Facts:
    """Called in the thread of the buses.

    Arguments:
        spool: folder on the card.
        recorder: knows the clock and how full the spool is.
    """

    def __init__(self, spool: Path, recorder: Recorder) -> None:
        self._spool = spool
        self._recorder = recorder

    def __call__(self) -> dict[str, float]:
        """The facts by quantity; what is not known is left out."""
        facts = {"spool_used": self._recorder.fullness.percent}
        if self._recorder.newest_anchor is not None:
            facts["clock_error"] = self._recorder.newest_anchor.error_ns / NS_PER_S
        try:
            usage = shutil.disk_usage(self._spool)
            facts["disk_used"] = _PERCENT * usage.used / usage.total
        except OSError:
            pass  # the spool says what is wrong with the card
        return facts
