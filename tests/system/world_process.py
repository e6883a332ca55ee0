"""A simulated county as its own process, as a person starts it."""

import signal
import sys
from pathlib import Path

from sensorhub.reading import NS_PER_S
from simulators.folder import county_folder
from simulators.pace import START_NS
from simulators.progress import RunProgress, read_progress
from tests.system.demo_process import READY_S, DemoProcess, Ended
from tests.waiting import wait_for


class WorldProcess(DemoProcess):
    """One `sensorhub simulate` with a ledger; its parts are those of a demo.

    Arguments:
        data: its folder.
        words: of its command line, as in `world --hours 2`.
    """

    def __init__(self, data: Path, *words: str) -> None:
        super().__init__(data)
        self._command = (sys.executable, "-m", "sensorhub", "simulate", *words, "--json", "--data", str(data))

    def terminate(self) -> Ended:
        """Tell it to stop, as a machine does that shuts down."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self.wait(READY_S)

    def progress(self) -> RunProgress | None:
        """How far the county is; None before it began."""
        folder = county_folder(self.data)
        return read_progress(folder) if folder.exists() else None

    def wait_until_driving(self, clock_s: float = 0.0) -> None:
        """Wait until its gateways have accepted something, and the world is so many seconds old."""

        def far() -> bool:
            now = self.progress()
            return now is not None and now.accepted > 0 and now.clock_ns - START_NS >= clock_s * NS_PER_S

        wait_for(far, READY_S, "the county is driven")
