"""What can be wrong between a part and its gateway; by default nothing. A fault scenario hands in another."""

from collections.abc import Iterator

from simulators.parts.part import PinMove


class Tamper:
    """Nothing is wrong. Every part asks this for each value, frame and move; the truth never goes through it."""

    def value(self, name: str, clock_ns: int, value: float) -> float:
        """What the sensing element gives for the true `value` of `name` (drift, a frozen value)."""
        return value

    def frame(self, clock_ns: int, frame: bytes) -> bytes:
        """The bytes that reach the gateway in place of `frame` (flipped bits, half frames); empty: silence."""
        return frame

    def dead(self, clock_ns: int) -> bool:
        """Whether the part does not answer at all."""
        return False

    def echo_lost(self, clock_ns: int) -> bool:
        """Whether an ultrasonic echo does not come back (rain)."""
        return False

    def moves(self, moves: Iterator[PinMove]) -> Iterator[PinMove]:
        """The moves that reach the pins in place of `moves` (a stuck or chattering contact, a cut cable)."""
        return moves
