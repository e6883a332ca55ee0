"""What a feeder uses: a base load, and the lamps from dusk to dawn."""

from sensorhub.reading import US_PER_S
from simulators.world.chance import between, key_of, spread, unit
from simulators.world.running import Running, State
from simulators.world.sun import height

_STEP_US = 300 * US_PER_S
_STEPS_PER_H = 12
_BASE_W = (60.0, 250.0)
_LAMPS_W = (400.0, 2_500.0)
_DUSK = 0.02
"""Sine of the sun's height at which lamps are switched."""


class Meter:
    """The meter of one sensor.

    Arguments:
        seed: of the world.
        start_us: when the world begins.
        name: of site and sensor.
    """

    def __init__(self, seed: int, start_us: int, name: str) -> None:
        self._key = key_of(seed, "meter", name)
        self._base_w = between(*_BASE_W, unit(self._key, -1))
        self._lamps_w = between(*_LAMPS_W, unit(self._key, -2))
        self._used = Running(start_us, _STEP_US, (0.0,), self._advance)
        self._before_wh = self._used.at(start_us)[0]

    def _advance(self, step: int, state: State) -> State:
        load_w = self._base_w * (1 + 0.1 * spread(self._key, step))
        if height(step * _STEP_US) < _DUSK:
            load_w += self._lamps_w
        return (state[0] + load_w / _STEPS_PER_H,)

    def at(self, time_us: int) -> float:
        """Energy since the start, Wh."""
        return self._used.at(time_us)[0] - self._before_wh
