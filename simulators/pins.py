"""Simulated pins on a clock of our own: each edge bears exactly the time at which the player drove it.

gpiozero's mock pins stamp edges with the real monotonic clock, let a pull-up win over a closed contact, and stay as
they are where nothing holds them; these do not.
"""

from typing import Any
from uuid import UUID

from gpiozero.pins.mock import MockFactory, MockPin

from sensorhub.reading import NS_PER_S
from simulators.hum import hum, next_half_wave_ns
from simulators.wires.spi import PlayedSpi, SpiDevice


class PlayerClock:
    """A measurement clock that stands still until it is advanced; read from any thread, advanced by one.

    Arguments:
        boot_id: the boot that it plays.
        start_ns: boot clock at which it stands first, ns.
    """

    def __init__(self, boot_id: UUID, start_ns: int) -> None:
        self._boot_id = boot_id
        self._now_ns = start_ns

    @property
    def boot_id(self) -> UUID:
        return self._boot_id

    def now_ns(self) -> int:
        return self._now_ns

    def reboot(self, boot_id: UUID) -> None:
        """Begin another boot; its clock goes on where that of the last one stands."""
        self._boot_id = boot_id

    def advance_to(self, clock_ns: int) -> None:
        """Go on to `clock_ns`; a time that has passed already changes nothing."""
        self._now_ns = max(self._now_ns, clock_ns)


class PlayedPin(MockPin):  # type: ignore[misc]  # gpiozero has no types
    """A pin and what is connected to it: a contact to ground, or logic that drives it both ways; at first nothing.

    Where nothing drives it, it is as a resistor or its pull has it; where there is neither it floats, and hums.
    """

    _state: bool
    _pull: str
    _factory: "PlayerFactory"

    def __init__(self, factory: "PlayerFactory", info: Any) -> None:
        self._driven: bool | None = None
        self._pulled_up = False
        super().__init__(factory, info)

    def move(self, closed: bool) -> None:
        """Close or open a contact to ground now; watchers of the pin hear of it before this returns."""
        self.drive(False if closed else None)

    def drive(self, level: bool | None) -> None:
        """What is connected makes it high or low now, or (None) lets go of it; watchers hear of it at once."""
        self._driven = level
        self.follow()

    def pull_up(self, *, fitted: bool = True) -> None:
        """Fit a resistor from the pin to 3.3 V outside the board, or take it away."""
        self._pulled_up = fitted
        self.follow()

    @property
    def watched(self) -> bool:
        """Whether somebody hears of its edges."""
        return self._when_changed is not None

    def follow(self) -> None:
        """Be as all that acts on it has it now."""
        if self._function == "input":
            if self._reads():
                self.drive_high()
            else:
                self.drive_low()

    def _reads(self) -> bool:
        level, floating = self._driven, self._factory.floating
        if level is None and (self._pulled_up or self._pull != "floating"):
            level = self._pulled_up or self._pull == "up"
        if level is None:
            floating.add(self)
            return hum(self.info.name, self._factory.ticks())
        if floating:
            floating.discard(self)
        return level

    def _set_pull(self, value: str) -> None:
        super()._set_pull(value)
        self.follow()

    def _change_state(self, value: bool) -> bool:
        state = self._reads() if self._function == "input" else bool(value)
        if self._state == state:
            return False
        self._state = state
        self._last_change = self._factory.ticks()
        return True

    def clear_states(self) -> None:
        # The mock pin keeps every state it ever had; in a recording without end that is memory without end.
        self._last_change = self._factory.ticks()


class PlayerFactory(MockFactory):  # type: ignore[misc]
    """Simulated pins of one header. Ticks are whole nanoseconds of the measurement clock, so that none is rounded.

    Arguments:
        clock: the measurement clock of the gateway that reads these pins.
        pin_class: what the pins are.
    """

    def __init__(self, clock: PlayerClock, pin_class: type[PlayedPin] = PlayedPin) -> None:
        super().__init__(pin_class=pin_class)
        self._clock = clock
        self.spi_devices: dict[str, SpiDevice] = {}
        """Parts on the SPI bus by the name of their select pin, as in `GPIO8`."""
        self.floating: set[PlayedPin] = set()
        """Inputs that nothing drives and nothing pulls."""

    def contact(self, number: int) -> PlayedPin:
        """The contact at a pin (BCM number)."""
        pin = self.pin(number)
        assert isinstance(pin, PlayedPin)
        return pin

    def next_hum_ns(self) -> int | None:
        """When a pin that floats, and that somebody watches, may change next; None where there is none."""
        if self.floating and any(pin.watched for pin in self.floating):
            return next_half_wave_ns(self._clock.now_ns())
        return None

    def hum(self) -> None:
        """The clock has come to another half-wave of the mains: let what floats follow it."""
        for pin in list(self.floating):
            pin.follow()

    def _get_spi_class(self, shared: bool, hardware: bool) -> Any:
        return lambda pin_factory, **pins: PlayedSpi(self.spi_devices, pins, pin_factory)

    def ticks(self) -> int:
        """The measurement clock, ns; opaque to gpiozero, which only takes differences."""
        return self._clock.now_ns()

    @staticmethod
    def ticks_diff(later: int, earlier: int) -> float:
        """Seconds between two ticks; exact to the nanosecond below 2^51 ns (26 days)."""
        return (later - earlier) / NS_PER_S
