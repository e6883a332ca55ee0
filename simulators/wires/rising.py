"""Contacts driven by what only rises: rain in a bucket, wind past cups, energy through a meter."""

from collections.abc import Callable, Iterable, Iterator

from sensorhub.reading import US_PER_S
from simulators.wires.contact import Change
from simulators.wires.wires import Wires

REST_US = 86_400 * US_PER_S
"""Where nothing rises, something is told once a day, so that nobody searches for ever for what comes next."""


def reached(rising: Callable[[int], float], start_us: int, step_us: int, unit: float) -> Iterator[tuple[int, bool]]:
    """When it reaches each further whole unit, and times (False) at which it has not.

    Arguments:
        rising: what rises, at a wall time (microseconds).
        start_us: from when on.
        step_us: between two looks; in between it is taken to rise evenly.
        unit: how much of it counts.
    """
    at_us, value = start_us, rising(start_us)
    number = value // unit + 1
    told_us = at_us
    while True:
        next_value = rising(at_us + step_us)
        while number * unit <= next_value:
            told_us = at_us + int((number * unit - value) / (next_value - value) * step_us)
            yield told_us, True
            number += 1
        at_us, value = at_us + step_us, next_value
        if at_us - told_us >= REST_US:
            told_us = at_us
            yield at_us, False


def pulses(times: Iterable[tuple[int, bool]], wires: Wires, pin: int, length_ns: int, rest_ns: int) -> Iterator[Change]:
    """A pulse each time a unit is reached, later where the one before has only just ended.

    Arguments:
        times: as of `reached`.
        wires: for the clock.
        pin: BCM number.
        length_ns: of a pulse.
        rest_ns: between two pulses at least.
    """
    free_ns = 0
    for time_us, is_reached in times:
        clock_ns = max(wires.clock_ns(time_us), free_ns)
        if is_reached:
            yield clock_ns, pin, True
            free_ns = clock_ns + length_ns + rest_ns
            yield clock_ns + length_ns, pin, False
        else:
            yield clock_ns, pin, False
