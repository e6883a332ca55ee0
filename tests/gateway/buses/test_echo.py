"""A ranger on two pins: times of flight to the nanosecond, and echoes that do not come."""

import gc
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.buses.echo import CYCLE_S, FLIGHT_MAX_S, PULSE_S, Echo
from gateway.sensors.part import PartFault
from gateway.sensors.pins import ContactPin
from sensorhub.clock import seconds_ns
from simulators.pins import PlayerClock, PlayerFactory
from simulators.wires.echo import FakeEcho

TRIGGER, ECHO = 23, 24


class Pair:
    """A ranger, and what reads it without waiting."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.clock = PlayerClock(UUID(int=1), 0)
        self.factory = PlayerFactory(self.clock)
        self.ranger = FakeEcho(self.factory, self.clock, TRIGGER, ECHO)
        self.echo = Echo(self.factory, TRIGGER, ECHO, self.slept.append)

    def ping(self, flight_s: float | None) -> float | None:
        """A ping at a new time."""
        self.clock.advance_to(self.clock.now_ns() + seconds_ns(1))
        self.ranger.flight_s = flight_s
        return self.echo.flight_s()


@given(st.lists(st.integers(1, seconds_ns(FLIGHT_MAX_S) - 1), min_size=1, max_size=5))
def test_flight_is_exact(flights_ns: list[int]) -> None:
    pair = Pair()

    assert [seconds_ns(pair.ping(flight_ns / 1e9) or 0) for flight_ns in flights_ns] == flights_ns


@pytest.mark.parametrize("flight_s", [None, FLIGHT_MAX_S, 0.2])
def test_no_echo_in_38_ms_is_none_and_the_next_is_right(flight_s: float | None) -> None:
    pair = Pair()

    assert pair.ping(flight_s) is None
    assert pair.ping(0.005) == 0.005


def test_a_ranger_that_is_dead_is_a_fault_and_comes_back() -> None:
    pair = Pair()
    pair.ranger.dead = True
    with pytest.raises(PartFault, match="GPIO 23 and 24 does not answer"):
        pair.ping(0.005)
    pair.ranger.dead = False

    assert pair.ping(0.005) == 0.005


def test_an_echo_pin_that_is_held_high_is_a_fault() -> None:
    pair = Pair()
    pair.factory.contact(ECHO).drive(True)

    with pytest.raises(PartFault, match="GPIO 24, is held high"):
        pair.ping(0.005)


def test_an_echo_that_does_not_end_is_none() -> None:
    pair = Pair()
    pair.ranger.dead = True
    trigger = pair.factory.contact(TRIGGER)
    trigger.fell = lambda: pair.factory.contact(ECHO).drive(True)

    assert pair.ping(0.005) is None


def test_pings_are_at_least_a_cycle_apart() -> None:
    pair = Pair()
    pair.ping(0.005)
    pair.slept.clear()
    pair.echo.flight_s()
    pair.clock.advance_to(pair.clock.now_ns() + seconds_ns(CYCLE_S / 4))
    pair.echo.flight_s()

    assert [each for each in pair.slept if each > PULSE_S] == pytest.approx([CYCLE_S, CYCLE_S * 3 / 4])


def test_edges_are_heard_after_garbage_is_collected() -> None:
    pair = Pair()
    gc.collect()

    assert pair.ping(0.01) == 0.01


@pytest.mark.parametrize("taken", [TRIGGER, ECHO])
def test_a_pin_that_is_taken_is_a_fault_and_none_is_kept(taken: int) -> None:
    clock = PlayerClock(UUID(int=1), 0)
    factory = PlayerFactory(clock)
    contact = ContactPin(factory, taken, clock, lambda clock_ns, level: None)
    with pytest.raises(PartFault, match="already in use"):
        Echo(factory, TRIGGER, ECHO)
    contact.close()

    echo = Echo(factory, TRIGGER, ECHO)
    echo.close()
    echo.close()
    ContactPin(factory, TRIGGER, clock, lambda clock_ns, level: None).close()


def test_a_pin_with_a_fixed_pull_up_cannot_hear_an_echo() -> None:
    with pytest.raises(PartFault, match="GPIO 23 and 2 cannot be used"):
        Echo(PlayerFactory(PlayerClock(UUID(int=1), 0)), TRIGGER, 2)
