"""Moves gpiozero's mock pins: the same hand for every gateway that is measured. Needs nothing but gpiozero."""

import heapq
import random
import threading
import time
from collections.abc import Sequence

from gpiozero.pins.mock import MockFactory, MockPin

PINS = (4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25)
"""BCM numbers of 20 contacts, as on a junction."""


def mock_pins(factory: MockFactory, numbers: Sequence[int] = PINS) -> list[MockPin]:
    """The pins as inputs with their pull-up, open."""
    pins = []
    for number in numbers:
        pin = factory.pin(number)
        pin.function = "input"
        if pin.pull != "up":
            pin.pull = "up"
        pins.append(pin)
    return pins


def burst(pins: Sequence[MockPin], edges: int) -> float:
    """Close and open one contact after the other as fast as it goes; returns the seconds it took."""
    start_s = time.perf_counter()
    for at in range(edges):
        _move(pins, at)
    return time.perf_counter() - start_s


def pace(pins: Sequence[MockPin], edges_per_s: float, ended: threading.Event) -> int:
    """Close and open one contact after the other at an even pace until told to end; returns how many edges."""
    driven = 0
    start_s = time.monotonic()
    while not ended.wait(max(0.0, start_s + driven / edges_per_s - time.monotonic()) if edges_per_s else None):
        _move(pins, driven)
        driven += 1
    return driven


def traffic(pins: Sequence[MockPin], seed: float, ended: threading.Event) -> int:
    """Busy lanes, until told to end; returns how many edges.

    Each contact is closed for 0.2 to 1.5 s, then open for 1 to 8 s, each by chance: some 670 vehicles an hour.
    """
    chance = random.Random(seed)
    driven = 0
    start_s = time.monotonic()
    waiting = [(chance.uniform(0, 8), at) for at in range(len(pins))]
    closed = [False] * len(pins)
    heapq.heapify(waiting)
    while not ended.wait(max(0.0, start_s + waiting[0][0] - time.monotonic())):
        due_s, at = heapq.heappop(waiting)
        closed[at] = not closed[at]
        if closed[at]:
            pins[at].drive_low()
        else:
            pins[at].drive_high()
        driven += 1
        heapq.heappush(waiting, (due_s + (chance.uniform(0.2, 1.5) if closed[at] else chance.uniform(1, 8)), at))
    return driven


def _move(pins: Sequence[MockPin], at: int) -> None:
    turn, which = divmod(at, len(pins))
    if turn % 2 == 0:
        pins[which].drive_low()
    else:
        pins[which].drive_high()
