"""SDS011: a laser sensor of particles on UART, which can be put to sleep.

Data, 10 bytes: AA C0, PM2.5 and PM10 in tenths of ug/m3 (low byte first), two bytes of id, low byte of the sum of these
six, AB. Commands, 19 bytes: AA B4, 13 bytes, FF FF for any part, low byte of the sum of these fifteen, AB.
Source: Nova Fitness, Laser Dust Sensor Control Protocol V1.3.
"""

from gateway.buses.frames import FrameFormat

_LENGTH = 10
_TENTHS = 10

FRAME = FrameFormat(
    "SDS011",
    b"\xaa\xc0",
    _LENGTH,
    3.0,
    lambda frame: sum(frame[2:8]) & 0xFF == frame[8] and frame[9] == 0xAB,
)
"""It sends every second."""


def _command(*told: int) -> bytes:
    data = bytes(told).ljust(13, b"\0") + b"\xff\xff"
    return b"\xaa\xb4" + data + bytes([sum(data) & 0xFF, 0xAB])


REPORT = _command(2, 1, 0)
"""Send data without being asked."""

WORK = _command(6, 1, 1)
SLEEP = _command(6, 1, 0)
"""Fan and laser on, and off."""


def particles_of(frame: bytes) -> tuple[float, float]:
    """PM2.5 and PM10 in a data frame, ug/m3. Both zero: not yet valid."""
    return int.from_bytes(frame[2:4], "little") / _TENTHS, int.from_bytes(frame[4:6], "little") / _TENTHS
