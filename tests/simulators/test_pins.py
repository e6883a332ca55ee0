"""Simulated pins: edges bear exactly the time at which they were driven, at any distance from the boot."""

from typing import Literal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_config.header import CONTACT_PINS
from gateway.sensors.pins import ContactPin
from sensorhub.reading import NS_PER_S
from simulators.hum import HUM_NS
from simulators.pins import PlayerClock, PlayerFactory

BOOT = UUID(int=1)
Pull = Literal["up", "down", "external", "none"]


def let_pass(factory: PlayerFactory, clock: PlayerClock, seconds: int) -> None:
    """Let time pass, while what floats hums."""
    until_ns = clock.now_ns() + seconds * NS_PER_S
    while (hums_ns := factory.next_hum_ns()) is not None and hums_ns < until_ns:
        clock.advance_to(hums_ns)
        factory.hum()
    clock.advance_to(until_ns)


class Heard:
    """A contact that is read as a gateway reads it, and its edges."""

    def __init__(self, factory: PlayerFactory, clock: PlayerClock, pin: int, pull: Pull = "up") -> None:
        self.edges: list[tuple[int, bool]] = []
        self.contact = ContactPin(
            factory, pin, clock, lambda clock_ns, level: self.edges.append((clock_ns, level)), pull=pull
        )


@given(st.lists(st.integers(0, 2**62), min_size=1, max_size=20), st.sampled_from(CONTACT_PINS))
def test_edge_time_is_exact(times: list[int], pin: int) -> None:
    clock = PlayerClock(BOOT, 0)
    factory = PlayerFactory(clock)
    heard = Heard(factory, clock, pin)
    expected = []
    for turn, clock_ns in enumerate(sorted(times)):
        clock.advance_to(clock_ns)
        factory.contact(pin).move(turn % 2 == 0)
        expected.append((clock_ns, turn % 2 == 0))
    assert heard.edges == expected


@given(st.integers(0, 2**51), st.integers(0, 2**62))
def test_ticks_differ_exactly(apart_ns: int, early_ns: int) -> None:
    assert round(PlayerFactory.ticks_diff(early_ns + apart_ns, early_ns) * 1e9) == apart_ns


def test_closed_contact_stays_closed_when_a_gateway_pulls_its_pin_up() -> None:
    clock = PlayerClock(BOOT, 5)
    factory = PlayerFactory(clock)
    for pin in CONTACT_PINS:
        factory.contact(pin).move(True)
    for pin in CONTACT_PINS:
        heard = Heard(factory, clock, pin)
        assert heard.contact.active()
        assert heard.edges == []
        factory.contact(pin).move(False)
        assert heard.edges == [(5, False)]
        heard.contact.close()


def test_move_without_a_change_is_no_edge() -> None:
    clock = PlayerClock(BOOT, 5)
    factory = PlayerFactory(clock)
    heard = Heard(factory, clock, 4)
    factory.contact(4).move(False)
    factory.contact(4).move(True)
    factory.contact(4).move(True)
    assert heard.edges == [(5, True)]


def test_clock_never_goes_back() -> None:
    clock = PlayerClock(BOOT, 5)
    clock.advance_to(9)
    clock.advance_to(7)
    assert clock.now_ns() == 9


def test_two_gateways_in_one_process_have_pins_of_their_own() -> None:
    clocks = PlayerClock(BOOT, 1), PlayerClock(BOOT, 2)
    factories = [PlayerFactory(clock) for clock in clocks]
    first, second = (Heard(factory, clock, 4) for factory, clock in zip(factories, clocks, strict=True))
    factories[1].contact(4).move(True)
    assert (first.edges, second.edges) == ([], [(2, True)])


@pytest.mark.parametrize("pull", ["none", "external"])
def test_open_contact_that_nothing_pulls_hums_until_it_closes(pull: Pull) -> None:
    clock = PlayerClock(BOOT, 0)
    factory = PlayerFactory(clock)
    factory.contact(5).move(False)
    heard = Heard(factory, clock, 5, pull)
    let_pass(factory, clock, 10)
    hums = len(heard.edges)
    assert 400 < hums < 600  # each of 1,000 half-waves is high or low as it happens
    assert all(clock_ns % HUM_NS == 0 for clock_ns, _ in heard.edges)
    assert [level for _, level in heard.edges[1:]] == [not level for _, level in heard.edges[:-1]]
    factory.contact(5).move(True)
    assert factory.next_hum_ns() is None
    let_pass(factory, clock, 10)
    assert len(heard.edges) - hums <= 1
    assert heard.contact.active()
    factory.contact(5).move(False)
    let_pass(factory, clock, 10)
    assert len(heard.edges) > hums + 400


def test_pin_to_which_nothing_is_connected_hums() -> None:
    clock = PlayerClock(BOOT, 0)
    factory = PlayerFactory(clock)
    heard = Heard(factory, clock, 5, "none")
    let_pass(factory, clock, 1)
    assert len(heard.edges) > 30


@pytest.mark.parametrize(("pull", "active"), [("up", False), ("down", True)])
def test_open_contact_is_quiet_as_its_pull_has_it(pull: Pull, active: bool) -> None:
    clock = PlayerClock(BOOT, 0)
    factory = PlayerFactory(clock)
    heard = Heard(factory, clock, 5, pull)
    assert factory.next_hum_ns() is None
    assert heard.contact.active() is active  # low is active
    let_pass(factory, clock, 10)
    assert heard.edges == []


def test_resistor_holds_a_pin_that_the_board_does_not_pull() -> None:
    clock = PlayerClock(BOOT, 0)
    factory = PlayerFactory(clock)
    factory.contact(5).pull_up()
    heard = Heard(factory, clock, 5, "external")
    factory.contact(5).move(True)
    factory.contact(5).move(False)
    assert [level for _, level in heard.edges] == [True, False]
    assert factory.next_hum_ns() is None
    factory.contact(5).pull_up(fitted=False)
    let_pass(factory, clock, 1)
    assert len(heard.edges) > 30


def test_logic_needs_no_pull() -> None:
    clock = PlayerClock(BOOT, 0)
    factory = PlayerFactory(clock)
    factory.contact(5).drive(True)
    heard = Heard(factory, clock, 5, "none")
    factory.contact(5).drive(False)
    factory.contact(5).drive(True)
    assert [level for _, level in heard.edges] == [True, False]
    assert factory.next_hum_ns() is None


def test_hum_that_nobody_hears_takes_no_time() -> None:
    clock = PlayerClock(BOOT, 0)
    factory = PlayerFactory(clock)
    factory.contact(5).move(False)
    assert factory.next_hum_ns() is None
    heard = Heard(factory, clock, 5, "none")
    assert factory.next_hum_ns() == HUM_NS
    heard.contact.close()
    assert factory.next_hum_ns() is None
