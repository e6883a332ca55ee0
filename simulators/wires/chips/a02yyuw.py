"""A simulated A02YYUW: sends the distance to what is before it over a serial line."""

from gateway.buses.chips.a02yyuw import FARTHEST_MM, NEAREST_MM
from simulators.wires.wires import Wires

NO_ECHO_MM = 0xFFFD


def frame_of(distance_mm: int) -> bytes:
    """The frame with a distance, 0 to 65535."""
    told = b"\xff" + distance_mm.to_bytes(2, "big")
    return told + bytes([sum(told) & 0xFF])


def reaches(distance_mm: float) -> bool:
    """Whether it gets an echo from so far."""
    return NEAREST_MM <= distance_mm <= FARTHEST_MM


class FakeA02yyuw:
    """One ranger.

    Arguments:
        wires: of its part.
        bus: the line it is on.
    """

    def __init__(self, wires: Wires, bus: str) -> None:
        self._tamper = wires.tamper
        self._line = wires.bench.pty(bus)

    def send(self, clock_ns: int, distance_mm: float) -> None:
        """Send one frame.

        Arguments:
            clock_ns: measurement clock.
            distance_mm: to what is before it.
        """
        if self._tamper.dead(clock_ns):
            return
        sensed_mm = self._tamper.value("distance", clock_ns, distance_mm)
        heard = reaches(sensed_mm) and not self._tamper.echo_lost(clock_ns)
        self._line.send(self._tamper.frame(clock_ns, frame_of(round(sensed_mm) if heard else NO_ECHO_MM)))
