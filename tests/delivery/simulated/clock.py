"""Virtual time: one true time for the world, and computers whose clocks are off in every way that a Pi's can be."""

import random
from collections.abc import Callable
from heapq import heappop, heappush
from uuid import UUID

from sensorhub.clock import MachineClock
from sensorhub.reading import NS_PER_S, NS_PER_US

BEGIN_NS = 1_764_000_000 * NS_PER_S
YEAR_S = 31_557_600

PPM_MAX = 100
"""No crystal of a Pi is off by more."""


class Timeline:
    """The true time (ns since 1970 UTC) and what is to happen when."""

    def __init__(self) -> None:
        self.now_ns = BEGIN_NS
        self._events: list[tuple[int, int, Callable[[], None]]] = []
        self._number = 0

    @property
    def elapsed_s(self) -> float:
        """Seconds since the world began."""
        return (self.now_ns - BEGIN_NS) / NS_PER_S

    def after(self, seconds: float, call: Callable[[], None]) -> None:
        """Let something happen so many seconds from now; what is due together happens in the order of asking."""
        self._number += 1
        heappush(self._events, (self.now_ns + int(seconds * NS_PER_S), self._number, call))

    def step(self, until_ns: int) -> bool:
        """Let the next thing happen; False where nothing is due before `until_ns`."""
        if not self._events or self._events[0][0] >= until_ns:
            self.now_ns = max(self.now_ns, until_ns)
            return False
        at_ns, _, call = heappop(self._events)
        self.now_ns = max(self.now_ns, at_ns)
        call()
        return True


class Boot:
    """One boot of a computer: its boot clock, which drifts and never falls.

    Arguments:
        ppm: how much faster than true time its crystal runs, millionths.
    """

    def __init__(self, timeline: Timeline, boot_id: UUID, ppm: int) -> None:
        self._timeline = timeline
        self._ppm = ppm
        self._began_ns = timeline.now_ns
        self.boot_id = boot_id

    def now_ns(self) -> int:
        """Nanoseconds since the boot began, by its crystal."""
        passed = self._timeline.now_ns - self._began_ns
        return passed + passed * self._ppm // 1_000_000

    def true_ns(self, clock_ns: int) -> int:
        """The true time at which the boot clock said `clock_ns`."""
        return self._began_ns + clock_ns - clock_ns * self._ppm // 1_000_000


class Computer:
    """The clocks of one computer: boot clock, wall clock, and what NTP says of it.

    Arguments:
        chance: draws boot ids and drift.
    """

    def __init__(self, timeline: Timeline, chance: random.Random) -> None:
        self._timeline = timeline
        self._chance = chance
        self.boots: dict[UUID, Boot] = {}
        self.wall_off_ns = 0
        self.ntp_error_ns: int | None = None
        self.boot = self.reboot()

    def reboot(self) -> Boot:
        """Begin another boot."""
        boot_id = UUID(int=self._chance.getrandbits(128))
        self.boot = Boot(self._timeline, boot_id, self._chance.randint(-PPM_MAX, PPM_MAX))
        self.boots[boot_id] = self.boot
        return self.boot

    def wall_ns(self) -> int:
        """The wall clock, however wrong; never before 1970."""
        return max(0, self._timeline.now_ns + self.wall_off_ns)

    def machine(self) -> MachineClock:
        """The machine clock of its programs."""
        boot = self.boot
        return MachineClock(monotonic_s=lambda: boot.now_ns() / NS_PER_S, wall_us=lambda: self.wall_ns() // NS_PER_US)
