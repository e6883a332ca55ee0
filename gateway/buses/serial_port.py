"""A serial port, thin over pyserial: what has come on it, and what is sent.

It knows nothing of frames. A port that breaks while in use (an adapter is pulled out) is opened anew at the next use.
"""

import os
import select
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gateway.sensors.part import PartFault

BYTES_MAX = 65_536
"""What one look takes at most. Of a line that nobody reads Linux keeps about as much, and loses what comes after."""

WRITE_S_MAX = 0.5
"""What a command may take; 19 bytes at 9,600 baud take 20 ms."""

_READ_MAX = 4_095
"""What Linux hands out at once. After so much there may be more, which takes a moment to be moved up."""

_MOVE_UP_S = 0.02


class SerialPort:
    """One port, 8 data bits, no parity, 1 stop bit; used in one thread.

    Arguments:
        path: of its device.
        baud: bits per second.

    Raises:
        PartFault: it is not there, or not for this user.
    """

    def __init__(self, path: str, baud: int) -> None:
        self.path = path
        self._baud = baud
        self._device: Any = None
        with self._told():
            self._open()

    def read_available(self, wait_s: float) -> bytes:
        """All that has come, `BYTES_MAX` at most; empty where nothing comes within `wait_s`.

        Raises:
            PartFault: the port is gone.
        """
        came = bytearray()
        with self._told():
            device = self._open()
            while len(came) < BYTES_MAX and select.select([device], [], [], wait_s)[0]:
                chunk = device.read(min(_READ_MAX, max(1, device.in_waiting)))
                came += chunk
                wait_s = _MOVE_UP_S if len(chunk) == _READ_MAX else 0
        return bytes(came)

    def write(self, data: bytes) -> None:
        """Send these bytes.

        Raises:
            PartFault: the port is gone, or takes nothing for `WRITE_S_MAX`.
        """
        with self._told():
            self._open().write(data)

    def discard(self) -> None:
        """Forget what has come and was not read.

        Raises:
            PartFault: the port is gone.
        """
        with self._told():
            termios.tcflush(self._open().fileno(), termios.TCIFLUSH)

    def close(self) -> None:
        """Give the port back; may be called twice."""
        device, self._device = self._device, None
        if device is not None:
            device.close()

    def _open(self) -> Any:
        if self._device is None:
            try:
                import serial
            except ModuleNotFoundError:
                raise PartFault("The library for serial ports is missing: run pip install pyserial") from None

            class Device(serial.Serial):
                def _reset_input_buffer(self) -> None:
                    """What came before the port is opened is read too: a simulated part has spoken by then."""

            self._device = Device(self.path, self._baud, timeout=0, write_timeout=WRITE_S_MAX, exclusive=True)
        return self._device

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What goes wrong with the port, as a fault with a sentence."""
        try:
            yield
        except (OSError, termios.error) as error:
            self.close()
            number = getattr(error, "errno", None)
            reason = os.strerror(number) if number else error
            raise PartFault(
                f"The serial port {self.path} cannot be used: {reason}. Check that it is plugged in (or on in "
                "config.txt), this user is in the group dialout, and no console or other program has it."
            ) from None


def open_serial(path: str, baud: int) -> SerialPort:
    """Open a serial port, as `SerialPort` says."""
    return SerialPort(path, baud)
