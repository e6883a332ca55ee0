"""The two clocks, and the only place where wall time is read.

The *measurement* clock belongs to pins, intervals, records and anchors: on a Pi it is the boot clock, in a
simulation the player advances it at any speed. The *machine* clock belongs to commits, MQTT and time-outs
and is always real.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID, uuid4

from sensorhub.reading import NS_PER_S, NS_PER_US, US_PER_S

TIME_MAX_S = (2**63 - 1) // NS_PER_S
"""Nanoseconds in 64 bits end in the year 2262."""

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class MeasurementClock(Protocol):
    """Called from any thread; never goes backwards within one boot."""

    @property
    def boot_id(self) -> UUID:
        """Which boot `now_ns` counts from."""
        ...

    def now_ns(self) -> int:
        """Nanoseconds since that boot began."""
        ...


def boot_ns() -> int:
    """Nanoseconds since this machine booted, time asleep included where the system can tell (CLOCK_BOOTTIME)."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.clock_gettime_ns(clock) if clock is not None else time.monotonic_ns()


def wall_ns() -> int:
    """Nanoseconds since 1970 UTC, as the machine believes."""
    return time.time_ns()


def wall_us() -> int:
    """Microseconds since 1970 UTC, as the machine believes."""
    return time.time_ns() // NS_PER_US


def today() -> date:
    """The day by UTC, as the machine believes."""
    return datetime.fromtimestamp(time.time(), UTC).date()


class BootClock:
    """The measurement clock of a real gateway: the boot id and boot clock of this machine."""

    def __init__(self) -> None:
        try:
            self._boot_id = UUID(_BOOT_ID.read_text().strip())
        except OSError:  # not Linux: a simulator on a laptop, where each process counts as a boot
            self._boot_id = uuid4()

    @property
    def boot_id(self) -> UUID:
        return self._boot_id

    def now_ns(self) -> int:
        return boot_ns()


@dataclass(frozen=True, slots=True)
class MachineClock:
    """The machine clock, handed in so that tests can pass twins.

    Arguments:
        monotonic_s: seconds that never jump, for time-outs.
        wall_us: microseconds since 1970 UTC.
    """

    monotonic_s: Callable[[], float] = time.monotonic
    wall_us: Callable[[], int] = wall_us


def rfc3339(time_us: int) -> str:
    """Write microseconds since 1970 as RFC 3339 in UTC, with as many decimals as the time has (at most 6)."""
    seconds, rest = divmod(time_us, US_PER_S)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{rest:06d}".rstrip("0") + "Z" if rest else text + "Z"


def parse_time_us(text: str) -> int:
    """Read an ISO 8601 time as microseconds since 1970; one without an offset is UTC.

    Raises:
        ValueError: `text` is no time.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * US_PER_S + since.microseconds


def seconds_from_us(time_us: int) -> float | int:
    """Microseconds as the seconds of a SenML or JSON time; whole ones as an integer."""
    whole, rest = divmod(time_us, US_PER_S)
    return whole if rest == 0 else time_us / US_PER_S


def us_from_seconds(seconds: float) -> int:
    """The microsecond nearest to `seconds`; gives `seconds_from_us` back exactly up to 2^33 s, the year 2242.

    Multiplying the whole number would round a second time, which is a microsecond off from 2038 on.
    """
    whole = int(seconds)
    return whole * US_PER_S + round((seconds - whole) * US_PER_S)


def ns_from_us(time_us: int) -> int:
    """Microseconds as nanoseconds."""
    return time_us * NS_PER_US


def seconds_ns(seconds: float) -> int:
    """Seconds as whole nanoseconds."""
    return round(seconds * NS_PER_S)
