"""`cycle-tubes`: two pneumatic tubes across a path: cycles by direction, and their speed.

Each wheel gives a pulse on both tubes. Pulses of both tubes in their order are an axle, with direction and speed; two
axles of one direction as far apart as a wheelbase are a cycle. It counts when its rear wheel has crossed both tubes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.sensors.tally import Tally
from gateway.sensors.traffic import KMH_PER_MPS
from sensorhub.reading import NS_PER_S

DOWNSTREAM = 1

ECHO_NS = 25_000_000
"""A pulse runs to the end of its tube and back; the next wheel is not there so soon at any speed a cycle has."""

SLOWEST_MPS = 1.0
"""Who pushes a cycle is quicker; a pulse that waits longer for the other tube's was not a wheel."""


@dataclass(frozen=True, slots=True)
class _Axle:
    reverse: bool
    clock_ns: int
    speed_mps: float


class CycleTubesTally(Tally):
    """Pairs pulses to axles, and axles to cycles.

    Arguments:
        constants: `spacing_m`, `wheelbase_min_m`, `wheelbase_max_m`.
    """

    def __init__(self, constants: Mapping[str, float]) -> None:
        self._spacing_m = constants["spacing_m"]
        self._wheelbase_m = constants["wheelbase_min_m"], constants["wheelbase_max_m"]
        self._patience_ns = round(self._spacing_m / SLOWEST_MPS * NS_PER_S)
        # So many wheels of one cycle or the next can be between the tubes; more of them were none.
        self._waiting_max = 1 + int(self._spacing_m / self._wheelbase_m[0])
        self._waiting: list[tuple[int, ...]] = [(), ()]
        self._pulse_ns: list[int | None] = [None, None]
        self._axle: _Axle | None = None
        self.empty()

    def lose(self, clock_ns: int) -> None:
        self._waiting = [(), ()]
        self._pulse_ns = [None, None]
        self._axle = None

    def edge(self, channel: int, clock_ns: int, level: bool) -> None:
        if not level:
            return
        last_ns, self._pulse_ns[channel] = self._pulse_ns[channel], clock_ns
        if last_ns is not None and clock_ns - last_ns < ECHO_NS:
            return
        other = 1 - channel
        waiting = [at_ns for at_ns in self._waiting[other] if clock_ns - at_ns <= self._patience_ns]
        if waiting:
            travel_ns = clock_ns - waiting.pop(0)
            if travel_ns:
                self._cross(_Axle(other == DOWNSTREAM, clock_ns, self._spacing_m / travel_ns * NS_PER_S))
        else:
            self._waiting[channel] = (*self._waiting[channel], clock_ns)[-self._waiting_max :]
        self._waiting[other] = tuple(waiting)

    def _cross(self, axle: _Axle) -> None:
        front, self._axle = self._axle, axle
        if front is None or front.reverse != axle.reverse:
            return
        speed_mps = (front.speed_mps + axle.speed_mps) / 2
        shortest_m, longest_m = self._wheelbase_m
        if shortest_m <= speed_mps * (axle.clock_ns - front.clock_ns) / NS_PER_S <= longest_m:
            self._axle = None
            self._cycles[axle.reverse] += 1
            self._speeds_kmh += speed_mps * KMH_PER_MPS

    def values(self, observed_ns: int) -> Mapping[str, float]:
        cycles, reverse = self._cycles
        values = {"cycle_count": float(cycles), "cycle_reverse_count": float(reverse)}
        if cycles + reverse:
            values["mean_speed"] = self._speeds_kmh / (cycles + reverse)
        return values

    def empty(self) -> None:
        self._cycles = [0, 0]
        self._speeds_kmh = 0.0


def tally(constants: Mapping[str, float]) -> Tally:
    """Counts cycles."""
    return CycleTubesTally(constants)
