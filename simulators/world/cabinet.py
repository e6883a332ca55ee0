"""How the gateway itself is: warm from its work and the sun, at times short of power, its card filling."""

from sensorhub.reading import US_PER_S
from simulators.world.chance import Noise, between, key_of, unit
from simulators.world.place import System, Weather
from simulators.world.sun import height

_SLOT_US = 600 * US_PER_S
_SHORT_SHARE = 1 / 700
"""How often ten minutes bring too little power: some five days apart."""

_HOT = 80.0
"""From here on a Pi slows down, Celsius."""

_DAY_US = 86_400 * US_PER_S
_DISK_CYCLE_DAYS = 60
"""Logs are dropped after so long."""


class Housing:
    """The gateway of one sensor in its cabinet.

    Arguments:
        seed: of the world.
        name: of site and sensor.
    """

    def __init__(self, seed: int, name: str) -> None:
        self._key = key_of(seed, "cabinet", name)
        self._work = Noise(key_of(self._key, "work"), 90)
        self._warmer = between(20.0, 30.0, unit(self._key, -1))
        self._disk = between(12.0, 35.0, unit(self._key, -2))

    def at(self, time_us: int, weather: Weather) -> System:
        """How it is now."""
        sun = 9.0 * max(0.0, height(time_us))
        hot = weather.air_temperature + self._warmer + sun + 1.5 * self._work.at(time_us)
        short = unit(self._key, time_us // _SLOT_US) < _SHORT_SHARE
        logs = 0.15 * (time_us / _DAY_US % _DISK_CYCLE_DAYS)
        return System(hot, short or hot >= _HOT, self._disk + logs)
