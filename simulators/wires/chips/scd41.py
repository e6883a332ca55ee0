"""A simulated SCD41. Source: data sheet SCD4x, version 1.4, sections 3.4 to 3.8."""

from collections.abc import Sequence

from sensorhub.reading import NS_PER_S
from simulators.parts.tamper import Tamper
from simulators.wires.chips.sensirion import SensirionChip, share
from simulators.world.place import Room

ADDRESS = 0x62
START = 0x21B1
READY = 0xE4B8
READ = 0xEC05

EVERY_NS = 5 * NS_PER_S


class FakeScd41(SensirionChip):
    """One SCD41; it measures every 5 s once it was started."""

    def __init__(self, tamper: Tamper) -> None:
        super().__init__(tamper)
        self._words: list[int] | None = None
        self._due_ns: int | None = None

    def set(self, clock_ns: int, room: Room) -> None:
        """What is true at a measurement clock."""
        self._now_ns = clock_ns
        if self._due_ns is not None and clock_ns >= self._due_ns:
            self._due_ns += ((clock_ns - self._due_ns) // EVERY_NS + 1) * EVERY_NS
            self._words = [
                min(65535, round(room.co2)),
                share(room.air_temperature, -45.0, 175.0),
                share(room.relative_humidity, 0.0, 100.0),
            ]

    @property
    def is_ready(self) -> bool:
        """Whether a measurement waits to be read."""
        return self._words is not None

    def _take(self, command: int) -> Sequence[int] | None:
        if command == START and self._due_ns is None:
            self._due_ns = self._now_ns + EVERY_NS
            return ()
        if command == READY:
            return (0x8000 | (6 if self._words else 0),)
        if command == READ and self._words:
            words, self._words = self._words, None
            return words
        return None
