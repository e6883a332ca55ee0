"""What holds up a lane: queues in the peaks, vehicles that stop, nights of contraflow; each by day, from a seed."""

from dataclasses import dataclass

from sensorhub.reading import US_PER_S
from simulators.world.chance import Noise, between, key_of, unit
from simulators.world.profile import FROM_LONDON, SATURDAY, TO_LONDON, local, weekday
from simulators.world.site import Road

_DAY_US = 86_400 * US_PER_S
_WAVE_S = 150
"""Stop-and-go waves are some minutes apart."""

_INCIDENT_SHARE = 1 / 8
"""A vehicle stops in a lane about once in eight days."""

_CONTRAFLOW_SHARE = 1 / 25
_CONTRAFLOW_H = (1.0, 4.0)
"""Works are at night."""


@dataclass(frozen=True, slots=True)
class Incident:
    """The first vehicle to come at or after `time_us` stops over the line for `stands_s`."""

    time_us: int
    stands_s: float


class Queues:
    """What holds up one lane.

    Arguments:
        key: of the lane.
        road: what it is like.
    """

    def __init__(self, key: int, road: Road) -> None:
        self._morning, self._evening, self._stops, self._works = (
            key_of(key, each) for each in ("morning", "evening", "stops", "works")
        )
        self._morning_share = road.queues * (0.25 if road.profile is FROM_LONDON else 1.0)
        self._evening_share = road.queues * (0.25 if road.profile is TO_LONDON else 1.0)
        self._wave = Noise(key_of(key, "wave"), _WAVE_S)

    def speed_mps(self, time_us: int) -> float:
        """The speed to which a queue holds vehicles now; 0 where there is none."""
        day, hour = local(time_us)
        if weekday(day) >= SATURDAY:
            return 0.0
        early = hour < 12
        key, share = (self._morning, self._morning_share) if early else (self._evening, self._evening_share)
        if unit(key, 3 * day) >= share:
            return 0.0
        begins = (7.4 if early else 16.6) + 0.7 * unit(key, 3 * day + 1)
        if not begins <= hour < begins + between(0.4, 1.3, unit(key, 3 * day + 2)):
            return 0.0
        return max(2.5, 6.0 + 2.0 * self._wave.at(time_us))

    def is_contraflow(self, time_us: int) -> bool:
        """Whether the lane is given to the other direction now."""
        day, hour = local(time_us)
        return _CONTRAFLOW_H[0] <= hour < _CONTRAFLOW_H[1] and unit(self._works, day) < _CONTRAFLOW_SHARE

    def incident(self, day: int) -> Incident | None:
        """The vehicle that stops on a day (UTC, since 1970); None on most."""
        if unit(self._stops, 3 * day) >= _INCIDENT_SHARE:
            return None
        at = between(6.0, 21.0, unit(self._stops, 3 * day + 1)) / 24
        return Incident(round((day + at) * _DAY_US), between(90.0, 900.0, unit(self._stops, 3 * day + 2)))

    def incidents(self, from_us: int, until_us: int) -> list[Incident]:
        """The vehicles that stop in [from_us, until_us)."""
        days = range(from_us // _DAY_US, until_us // _DAY_US + 1)
        found = [incident for day in days if (incident := self.incident(day)) is not None]
        return [incident for incident in found if from_us <= incident.time_us < until_us]
