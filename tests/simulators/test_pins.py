"""Simulated pins: edges bear exactly the time at which they were driven, at any distance from the boot."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from firmware_config.header import CONTACT_PINS
from gateway.sensors.pins import ContactPin
from simulators.pins import PlayerClock, PlayerFactory

BOOT = UUID(int=1)


class Heard:
    """A contact that is read as a gateway reads it, and its edges."""

    def __init__(self, factory: PlayerFactory, clock: PlayerClock, pin: int) -> None:
        self.edges: list[tuple[int, bool]] = []
        self.contact = ContactPin(factory, pin, clock, lambda clock_ns, level: self.edges.append((clock_ns, level)))


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
