"""A simulated part of Sensirion: takes commands of 16 bits, answers words with a CRC each."""

from abc import abstractmethod
from collections.abc import Sequence

from gateway.buses.crc8 import crc8
from simulators.parts.tamper import Tamper
from simulators.wires.i2c import Chip, not_acknowledged


class SensirionChip(Chip):
    """One part.

    Arguments:
        tamper: what is wrong on the way.
    """

    def __init__(self, tamper: Tamper) -> None:
        self._tamper = tamper
        self._now_ns = 0
        self._answer = b""

    @abstractmethod
    def _take(self, command: int) -> Sequence[int] | None:
        """Do a command; returns the words it answers, None where it does not take it."""

    def write(self, data: bytes) -> None:
        words = None if self._tamper.dead(self._now_ns) else self._take(int.from_bytes(data, "big"))
        if words is None:
            raise not_acknowledged()
        parts = [word.to_bytes(2, "big") for word in words]
        self._answer = b"".join(part + bytes([crc8(part)]) for part in parts)

    def read(self, length: int) -> bytes:
        answer, self._answer = self._answer, b""
        if not answer or self._tamper.dead(self._now_ns):
            raise not_acknowledged()
        answer = self._tamper.frame(self._now_ns, answer)
        if not answer:
            raise not_acknowledged()
        return answer[:length]


def share(value: float, low: float, span: float) -> int:
    """The word that stands for `value` where 0 is `low` and 65,535 is `low` + `span`."""
    return min(65535, max(0, round((value - low) / span * 65535)))
