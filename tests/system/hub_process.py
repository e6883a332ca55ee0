"""A hub as its own process, as an operator starts it."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from sensorhub.broker import BrokerSettings
from sensorhub.hubfile import HubAddress, find_hub
from sensorhub.signing import write_new_key
from tests.waiting import wait_for

START_S = 30.0
END_S = 2.0
"""A hub that was asked to end is gone within this time."""


class HubProcess:
    """One hub on a folder, which can be started again after it ended or was killed."""

    def __init__(self, data: Path, broker: BrokerSettings, *options: str) -> None:
        self.data = data
        (data / "keys").mkdir(parents=True, exist_ok=True)
        self._log: list[str] = []
        self._command = [
            *(sys.executable, "-m", "sensorhub", "hub", "run", "--data", str(data), "--port", "0"),
            *("--broker-host", broker.host, "--broker-port", str(broker.port), *options),
        ]
        self.process: subprocess.Popen[str] | None = None

    def name(self, gateway: str) -> bytes:
        """Put a new key for a gateway into the hub's folder."""
        return write_new_key(self.data / "keys" / f"{gateway}.key")

    def start(self) -> HubAddress:
        """Start it and wait for its page."""
        self.process = subprocess.Popen(self._command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None and self.process.stderr is not None
        # Read by a thread, not written to a file: a test may take the hub its disk.
        threading.Thread(target=self._log.extend, args=(self.process.stderr,), daemon=True).start()
        line = self.process.stdout.readline()
        assert line.startswith("The page is at http://127.0.0.1:"), self.log()
        address = find_hub(self.data)
        assert address is not None
        return address

    def run_to_end(self) -> tuple[int, str]:
        """Start it where it cannot run; exit code and all it says."""
        done = subprocess.run(self._command, capture_output=True, text=True, timeout=START_S, check=False)
        return done.returncode, done.stdout + done.stderr

    def stop(self) -> int:
        """Ask it to end, as systemd does; the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(END_S)
        self.process = None
        return code

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self.process is not None:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait(START_S)
            self.process = None

    def log(self) -> str:
        """All it has logged, over all starts."""
        return "".join(self._log)

    def wait_for_log(self, words: str) -> None:
        wait_for(lambda: words in self.log(), START_S, f"the hub's log says {words!r}")
