"""A demo as its own process, as a person starts it."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sensorhub.hubfile import HubAddress, HubRefused, HubUnreachable, find_hub
from simulators.progress import read_progress
from tests.waiting import wait_for

READY_S = 30.0
END_S = 2.0
"""Ctrl-C stops all of it within this time."""

ONCE_S = 100.0
"""A recording that is played once has long ended by then, or gave up."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a demo ended: exit code, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def ledger(self) -> dict[str, Any]:
        """What `--json` wrote."""
        fields: dict[str, Any] = json.loads(self.out)
        return fields


class DemoProcess:
    """One demo on a folder; the folder is named in what a failing test prints.

    Arguments:
        data: its folder.
        options: further words of its command line.
    """

    def __init__(self, data: Path, *options: str) -> None:
        print(f"The data of this test is in {data}")
        self.data = data
        self._command = (sys.executable, "-m", "sensorhub", "demo", "--data", str(data), *options)
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self) -> Ended:
        """Start it and wait until it ends by itself."""
        self.start()
        return self.wait()

    def wait(self, timeout_s: float = ONCE_S) -> Ended:
        """Wait until it ends by itself."""
        assert self._process is not None
        try:
            out, err = self._process.communicate(timeout=timeout_s)
        finally:
            self.end()
        code = self._process.returncode
        print(err)
        return Ended(code, out, err)

    def interrupt(self) -> Ended:
        """Press Ctrl-C; it must end in time."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        return self.wait(END_S)

    def end(self) -> None:
        """End it and all that it started, however it is."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGTERM)  # it ends its children
        try:
            self._process.wait(READY_S)
        finally:
            self._process.kill()
            self._process.wait()

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def pids(self) -> dict[str, int]:
        """The processes that it has started, by name; empty before the first."""
        try:
            found: dict[str, int] = json.loads((self.data / "processes.json").read_bytes())
        except FileNotFoundError:
            return {}
        return found

    def kill(self, name: str) -> int | None:
        """End one of its processes at once, as a power cut would; its id, or None where the demo has ended."""
        wait_for(lambda: self._living(name) or not self.running, READY_S, f"the {name} runs")
        pid = self._living(name)
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
        return pid

    def wait_for_hub(self) -> HubAddress:
        """Where its hub is, as soon as it has one."""
        wait_for(lambda: find_hub(self.data), READY_S, "the hub says where it is")
        hub = find_hub(self.data)
        assert hub is not None
        return hub

    def wait_until_playing(self) -> None:
        """Wait until its gateway has accepted something."""
        wait_for(lambda: (now := read_progress(self.data)) and now.accepted, READY_S, "the gateway accepts edges")

    def readings(self) -> int:
        """How many readings its running hub has; 0 while it does not answer."""
        hub = find_hub(self.data)
        try:
            return b"".join(hub.get("/api/readings")).count(b"\n") - 1 if hub is not None else 0
        except (HubUnreachable, HubRefused):
            return 0

    def log(self, name: str) -> str:
        """What one of its processes has written."""
        return (self.data / "log" / f"{name}.log").read_text()

    def _living(self, name: str) -> int | None:
        pid = self.pids().get(name)
        return pid if pid is not None and is_alive(pid) else None


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not yet waited for does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"
