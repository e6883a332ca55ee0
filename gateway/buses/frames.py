"""Frames on a serial line: finds the whole ones among whatever comes.

A part sends one frame after the other. The newest whole one counts: what comes before a frame is skipped, and half a
frame is dropped after 500 ms of silence.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from gateway.buses.serial_port import BYTES_MAX, SerialPort
from gateway.sensors.part import PartFault

SILENCE_S = 0.5
"""No part pauses so long within a frame."""


@dataclass(frozen=True, slots=True)
class FrameFormat:
    """What a part sends.

    Arguments:
        part: its name, as in `A02YYUW`.
        start: bytes with which each frame begins.
        length: bytes of a frame, `start` included.
        sound: whether so many bytes with that start are a frame: whether the check sum is right.
    """

    part: str
    start: bytes
    length: int
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


def newest_frame(port: SerialPort, form: FrameFormat) -> bytes:
    """The newest frame that has come on a port; waits for one as long as the port's part may be silent.

    Raises:
        PartFault: nothing came, or nothing that is a frame; or the port is gone.
    """
    bytes_seen, tail = 0, b""
    end_s = time.monotonic() + port.timeout_s
    left_s = port.timeout_s
    while left_s > 0:
        came = port.read_available(min(SILENCE_S, left_s))
        bytes_seen += len(came)
        if len(came) >= BYTES_MAX:  # so long unread that the newest may be lost
            port.discard()
            came, tail = b"", b""
        frame, tail = form.newest(tail + came if came else b"")
        if frame is not None:
            return frame
        left_s = end_s - time.monotonic()
    if not bytes_seen:
        raise PartFault(
            f"The {form.part} on {port.path} is silent: nothing came in {port.timeout_s:g} s. Check its supply, and "
            "that its TX goes to the gateway's RX."
        )
    raise PartFault(
        f"What comes on {port.path} is no frame of a {form.part}: {bytes_seen} bytes in {port.timeout_s:g} s, and no "
        "right check sum. Check its ground wire, that it is this part, and that no console uses the port."
    )
