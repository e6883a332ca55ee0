"""Where the sun stands, and what season it is."""

from math import cos, pi, radians, sin, sqrt

from sensorhub.reading import US_PER_S

_DAY_US = 86_400 * US_PER_S
_YEAR_DAYS = 365.2425
_LATITUDE = radians(51.75)
_TILT = radians(23.44)
_SOLSTICE_DAY = 355
"""21 December, days after New Year."""

_COLDEST_DAY = 22
"""Late in January; the land lags behind the sun."""


def season(time_us: int) -> float:
    """From -1 in the coldest days to 1 in the warmest."""
    return -cos(2 * pi * (time_us / _DAY_US - _COLDEST_DAY) / _YEAR_DAYS)


def height(time_us: int) -> float:
    """Sine of the sun's height over the horizon of Essex; below zero at night."""
    days = time_us / _DAY_US
    declination = -sin(_TILT) * cos(2 * pi * (days - _SOLSTICE_DAY) / _YEAR_DAYS)  # its sine
    hour_angle = 2 * pi * (days % 1.0 - 0.5)
    return sin(_LATITUDE) * declination + cos(_LATITUDE) * sqrt(1 - declination * declination) * cos(hour_angle)
