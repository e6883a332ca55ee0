"""A private mosquitto on a port of its own, that tests may kill, freeze and start again."""

import getpass
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sensorhub.broker import BrokerSettings
from tests.ports import free_port
from tests.programs import need
from tests.waiting import wait_for

START_S = 10.0


class Mosquitto:
    """One broker, without persistence and without login; `more` is added to its configuration."""

    def __init__(self, folder: Path, more: str = "") -> None:
        self.port = free_port()
        self._program = need("mosquitto")
        self._config = folder / "mosquitto.conf"
        user = "root" if os.getuid() == 0 else getpass.getuser()
        self._config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\nuser {user}\npersistence false\n{more}"
        )
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def settings(self) -> BrokerSettings:
        """How to reach it."""
        return BrokerSettings(port=self.port)

    def start(self) -> None:
        self._process = subprocess.Popen(
            [self._program, "-c", str(self._config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for(self._answers, START_S, f"mosquitto answers on port {self.port}")

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(START_S)
            self._process = None

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1.0).close()
        except OSError:
            return False
        return True


@contextmanager
def mosquitto(folder: Path, more: str = "") -> Iterator[Mosquitto]:
    """Run a broker for as long as the block lasts."""
    broker = Mosquitto(folder, more)
    broker.start()
    try:
        yield broker
    finally:
        broker.kill()
