"""A simulated serial line: a pseudo-terminal, whose one end the gateway opens as it would a UART."""

import fcntl
import os
import pty
import select
import struct
import termios
import threading
import tty
from collections.abc import Callable
from pathlib import Path

WAITING_MAX = 1_024
"""Bytes that wait for the gateway at most, then the oldest are lost: some 30 of the longest frames."""

Hear = Callable[[bytes], bytes]
"""What a part on the line answers to bytes that the gateway sent; empty: nothing. Called in a thread of the line."""


class Pty:
    """One line. What is sent to the gateway never blocks; what the gateway sends is either asked for with `received`,
    or answered by parts at once, after `serve`."""

    def __init__(self) -> None:
        self._far, self._near = pty.openpty()
        tty.setraw(self._near)
        os.set_blocking(self._far, False)
        os.set_blocking(self._near, False)
        self.path = Path(os.ttyname(self._near))
        self._listeners: list[Hear] = []
        self._thread: threading.Thread | None = None
        self._ending: tuple[int, int] | None = None

    def send(self, frame: bytes) -> None:
        """Put these bytes on the line; the system shows them to whoever looks from now on."""
        frame = frame[-WAITING_MAX:]
        too_many = self._waiting() + len(frame) - WAITING_MAX
        if too_many > 0:
            os.read(self._near, too_many)
        os.write(self._far, frame)

    def received(self) -> bytes:
        """What the gateway has sent since the last call."""
        return os.read(self._far, 4_096) if select.select([self._far], [], [], 0)[0] else b""

    def serve(self, hear: Hear) -> None:
        """Answer what the gateway sends, as all others on the line that serve do; from now until `close`."""
        self._listeners.append(hear)
        if self._thread is None:
            self._ending = os.pipe()
            self._thread = threading.Thread(target=self._serve, name=f"line {self.path}", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Give the line back; may be called twice."""
        if self._thread is not None and self._ending is not None:
            os.write(self._ending[1], b"x")
            self._thread.join()
            self._thread = None
            for end in self._ending:
                os.close(end)
        if self._far >= 0:
            os.close(self._far)
            os.close(self._near)
            self._far = self._near = -1

    def _waiting(self) -> int:
        """Bytes that the gateway has not read."""
        waiting: int = struct.unpack("i", fcntl.ioctl(self._near, termios.FIONREAD, bytes(4)))[0]
        return waiting

    def _serve(self) -> None:
        assert self._ending is not None
        while self._ending[0] not in (ready := select.select([self._far, self._ending[0]], [], [])[0]):
            data = os.read(ready[0], 4_096)
            for hear in tuple(self._listeners):
                if answer := hear(data):
                    self.send(answer)
