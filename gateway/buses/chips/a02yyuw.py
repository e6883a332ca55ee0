"""A02YYUW: a waterproof ultrasonic ranger that sends its distance over UART some times a second.

Frame (DFRobot, SEN0311; DYP-A02): FF, high and low byte of the distance in mm, low byte of the sum of these three.
"""

from gateway.buses.frames import FrameFormat, Frames
from gateway.buses.serial_port import SerialPort
from gateway.sensors.part import PartFault

FRAME = FrameFormat("A02YYUW", b"\xff", 4, 2.0, lambda frame: sum(frame[:3]) & 0xFF == frame[3])
"""It sends every 100 to 300 ms."""

NEAREST_MM, FARTHEST_MM = 30, 4_500
"""What it can measure. Without an echo it sends what is outside: 0, or 65533 and above."""


def distance_of(frame: bytes) -> int:
    """The distance in a frame, mm.

    Raises:
        PartFault: it has none.
    """
    distance_mm = int.from_bytes(frame[1:3], "big")
    if not NEAREST_MM <= distance_mm <= FARTHEST_MM:
        raise PartFault(
            f"The A02YYUW has no echo (it sends {distance_mm} mm). Check that its face is clean and dry, that nothing "
            f"is nearer than {NEAREST_MM} mm and something nearer than {FARTHEST_MM} mm."
        )
    return distance_mm


class A02yyuw:
    """One ranger on a port."""

    def __init__(self, port: SerialPort) -> None:
        self._frames = Frames(port, FRAME)

    def distance_mm(self, clock_ns: int) -> int:
        """The newest distance, mm.

        Arguments:
            clock_ns: measurement clock.

        Raises:
            NotYet: it sent none since the last call.
            PartFault: the ranger is silent, sends no frames, or has no echo.
        """
        return distance_of(self._frames.newest(clock_ns))
