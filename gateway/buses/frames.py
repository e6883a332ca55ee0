"""Frames on a serial line: finds the whole ones among whatever comes.

A part sends one frame after the other. The newest whole one counts: what comes before a frame is skipped, and so is
half a frame whose rest does not come at once.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from gateway.buses.serial_port import BYTES_MAX, SerialPort
from gateway.sensors.part import NotYet, PartFault
from sensorhub.clock import seconds_ns
from sensorhub.reading import NS_PER_S

LOOK_S = 0.05
"""How long a look lasts where nothing whole is there: the longest frame (32 bytes) takes 33 ms at 9,600 baud."""


@dataclass(frozen=True, slots=True)
class FrameFormat:
    """What a part sends.

    Arguments:
        part: its name, as in `A02YYUW`.
        start: bytes with which each frame begins.
        length: bytes of a frame, `start` included.
        silent_s: how long it may give no frame before that is a fault.
        sound: whether so many bytes with that start are a frame: whether the check sum is right.
    """

    part: str
    start: bytes
    length: int
    silent_s: float
    sound: Callable[[bytes], bool]

    def newest(self, data: bytes) -> tuple[bytes | None, bytes]:
        """The newest whole frame in `data`, None where there is none, and the end of `data` that may begin another."""
        found, done = None, 0
        while (at := data.find(self.start, done)) >= 0:
            frame = data[at : at + self.length]
            if len(frame) < self.length:
                return found, frame
            whole = self.sound(frame)
            found = frame if whole else found
            done = at + (self.length if whole else 1)
        return found, data[max(done, len(data) - len(self.start) + 1) :]


class Frames:
    """The frames of one part; nothing waits for them but for the moment that a look takes.

    Arguments:
        port: the line that the part is alone on.
        form: what it sends.
    """

    def __init__(self, port: SerialPort, form: FrameFormat) -> None:
        self._port = port
        self._form = form
        self._silent_ns = seconds_ns(form.silent_s)
        self._since_ns: int | None = None
        self._bytes_seen = 0
        self._is_flooded = False

    def listen(self, clock_ns: int) -> None:
        """The part may be silent up to here: its silence counts from now on."""
        self._since_ns = clock_ns
        self._bytes_seen = 0

    def newest(self, clock_ns: int) -> bytes:
        """The newest frame that came since the last call.

        Arguments:
            clock_ns: measurement clock.

        Raises:
            NotYet: none came, but the part may still send one.
            PartFault: nothing came for too long, or nothing that is a frame; or the port is gone.
        """
        was_flooded = self._is_flooded
        frame = self._look()
        if self._since_ns is None or frame is not None or (self._is_flooded and not was_flooded):
            self.listen(clock_ns)
        assert self._since_ns is not None
        if frame is not None:
            self._is_flooded = False
            return frame
        if clock_ns - self._since_ns < self._silent_ns:
            raise NotYet
        raise self._fault(round((clock_ns - self._since_ns) / NS_PER_S, 1))

    def _look(self) -> bytes | None:
        tail = b""
        end_s = time.monotonic() + LOOK_S
        while (left_s := end_s - time.monotonic()) > 0 and (came := self._port.read_available(left_s)):
            self._bytes_seen += len(came)
            if len(came) >= BYTES_MAX:  # so long unread that the newest may be lost
                self._port.discard()
                self._is_flooded = True
                came, tail = b"", b""
            frame, tail = self._form.newest(tail + came)
            if frame is not None:
                return frame
        return None

    def _fault(self, silent_s: float) -> PartFault:
        part, path = self._form.part, self._port.path
        if not self._bytes_seen:
            return PartFault(
                f"The {part} on {path} is silent: nothing came in {silent_s:g} s. Check its supply, and that its TX "
                "goes to the gateway's RX."
            )
        return PartFault(
            f"What comes on {path} is no frame of a {part}: {self._bytes_seen} bytes in {silent_s:g} s, and no right "
            "check sum. Check its ground wire, that it is this part, and that no console uses the port."
        )
