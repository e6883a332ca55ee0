"""A place where everything changes all the time, in ways that are easily said."""

import math

from sensorhub.reading import US_PER_S
from simulators.world.place import Air, Place, Room, Weather


class ChangingPlace(Place):
    """Waves of some minutes in all that is sensed; the wind turns through north."""

    def _wave(self, time_us: int, period_s: float, low: float, high: float) -> float:
        turn = 2 * math.pi * (time_us - self.start_us) / US_PER_S / period_s
        return low + (high - low) * (1 + math.sin(turn)) / 2

    def weather(self, time_us: int) -> Weather:
        return Weather(
            self._wave(time_us, 1_700, -12.0, 34.0),
            self._wave(time_us, 1_100, 21.0, 99.0),
            self._wave(time_us, 2_300, 961.0, 1_041.0),
            self._wave(time_us, 300, 0.0, 12.0),
            self._wave(time_us, 1_900, -80.0, 170.0) % 360,
            self._wave(time_us, 900, 0.0, 4.0),
            self._wave(time_us, 1_700, -8.0, 41.0),
        )

    def air(self, time_us: int) -> Air:
        return Air(*(self._wave(time_us, 1_300, low, high) for low, high in ((4, 160), (1, 30), (2, 50), (4, 90))))

    def noise_db(self, time_us: int) -> float:
        return self._wave(time_us, 47, 46.0, 83.0)

    def room(self, time_us: int) -> Room:
        return Room(
            self._wave(time_us, 1_700, 14.0, 24.0),
            self._wave(time_us, 1_100, 31.0, 69.0),
            self._wave(time_us, 2_100, 431.0, 1_810.0),
        )
