"""Contacts on a road without a road: pins that are set by hand, and the traffic that closes them."""

import random
from collections.abc import Callable
from typing import Any

from sensorhub.reading import NS_PER_S

STILL_NS = 50_000_000
"""Changes that count are further apart than any debounce time here."""
GLITCH_NS = 3_000_000


class Pin:
    """One pin, with what `ContactPin` sets on it."""

    function = "input"
    pull = "up"
    bounce: float | None = None
    edges = "both"
    when_changed: Callable[[float, int], None] | None = None

    def __init__(self) -> None:
        self.state = 1

    def put(self, closed: bool) -> None:
        """Close or open the contact."""
        self.state = int(not closed)
        if self.when_changed is not None:
            self.when_changed(0.0, self.state)


class Header:
    """The pins of one computer; stands in for a pin factory."""

    def __init__(self) -> None:
        self.pins: dict[int, Pin] = {}

    def reserve_pins(self, *_: Any) -> None:
        """Nobody else is here."""

    def release_all(self, *_: Any) -> None:
        """Nobody else is here."""

    def pin(self, number: int) -> Pin:
        """The pin of that number."""
        return self.pins.setdefault(number, Pin())

    def ticks(self) -> float:
        """Edges are heard at once."""
        return 0.0

    def ticks_diff(self, _later: float, _earlier: float) -> float:
        """Edges are heard at once."""
        return 0.0


class Traffic:
    """What passes over one contact: closures, and glitches too short to count.

    Arguments:
        pin: that it closes.
        pause_s: mean time between two changes.
        glitches: the share of changes that are glitches.
    """

    def __init__(self, pin: Pin, chance: random.Random, begin_ns: int, pause_s: float, glitches: float) -> None:
        self.pin = pin
        self.closed = False
        self._chance = chance
        self._pause_s = pause_s
        self._glitches = glitches
        self._next_ns = begin_ns
        self._plan()

    def _plan(self) -> None:
        self._next_ns += STILL_NS + int(self._chance.expovariate(1 / self._pause_s) * NS_PER_S)

    def until(self, now_ns: int, at: Callable[[int], None], changed: Callable[[bool], None]) -> None:
        """Let pass what passes until `now_ns` (true time).

        Arguments:
            at: sets the time of the world to that of a change.
            changed: told of each change that counts, right after it.
        """
        while self._next_ns <= now_ns:
            at(self._next_ns)
            if self._chance.random() < self._glitches:
                self.pin.put(not self.closed)
                at(min(self._next_ns + GLITCH_NS, now_ns))
                self.pin.put(self.closed)
            else:
                self.closed = not self.closed
                self.pin.put(self.closed)
                changed(self.closed)
            self._plan()
