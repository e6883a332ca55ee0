"""PMS5003: a laser sensor of particles that sends its values over UART about once a second.

Frame, 32 bytes: 42 4D, length 001C, 13 words, sum of the first 30 bytes, all with the high byte first. Words 4 to 6 are
PM1, PM2.5 and PM10 for atmospheric air (words 1 to 3 are for factory air), word 13 is version and error.
Source: Plantower, PMS5003 series data manual V2.3.
"""

from gateway.buses.frames import FrameFormat
from gateway.sensors.part import PartFault

FRAME = FrameFormat(
    "PMS5003", b"\x42\x4d\x00\x1c", 32, 3.0, lambda frame: sum(frame[:30]) == int.from_bytes(frame[30:], "big")
)
"""It sends every 0.2 to 2.3 s."""

_ATMOSPHERIC_AT = (10, 12, 14)
_ERROR_AT = 29


def particles_of(frame: bytes) -> tuple[int, int, int]:
    """PM1, PM2.5 and PM10 in a frame, ug/m3.

    Raises:
        PartFault: the part reports an error of its own.
    """
    if frame[_ERROR_AT]:
        raise PartFault(
            f"The PMS5003 reports error {frame[_ERROR_AT]:#04x} of its own. Check that its fan turns and its inlet is "
            "free; if it stays, change the part."
        )
    pm1, pm2_5, pm10 = (int.from_bytes(frame[at : at + 2], "big") for at in _ATMOSPHERIC_AT)
    return pm1, pm2_5, pm10
