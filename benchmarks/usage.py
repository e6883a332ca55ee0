"""What a process of this machine costs: CPU time and resident memory."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_PROCESS_CPU = 2
"""CPUCLOCK_SCHED of linux/posix-timers.h: to the nanosecond, where /proc counts in hundredths of a second."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process took while it was measured: CPU in percent of one core; memory at the end, MB (10^6 bytes)."""

    cpu_percent: float
    rss_mb: float


def cpu_s(pid: int) -> float:
    """CPU seconds that all threads of a process have used so far; its children are not counted."""
    return time.clock_gettime((~pid << 3) | _PROCESS_CPU)


def rss_mb(pid: int, field: str = "VmRSS") -> float:
    """Resident memory, MB; `VmHWM` is the most that it ever was."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, rest = line.partition(":")
        if name == field:
            return int(rest.split()[0]) * 1_024 / 1e6
    raise ValueError(f"/proc/{pid}/status has no {field}")


def measure(pids: Mapping[str, int], seconds: float) -> dict[str, Usage]:
    """Watch several processes over the same stretch of time."""
    start_s = time.monotonic()
    before = {what: cpu_s(pid) for what, pid in pids.items()}
    time.sleep(seconds)
    after = {what: cpu_s(pid) for what, pid in pids.items()}
    took_s = time.monotonic() - start_s
    return {what: Usage((after[what] - before[what]) / took_s * 100, rss_mb(pid)) for what, pid in pids.items()}
