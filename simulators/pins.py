"""Simulated pins on a clock of our own: each edge bears exactly the time at which the player drove it.

gpiozero's mock pins stamp edges with the real monotonic clock and let a pull-up win over a closed contact; these do
neither.
"""

from typing import Any
from uuid import UUID

from gpiozero.pins.mock import MockFactory, MockPin

from sensorhub.reading import NS_PER_S
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
    """A pin with a dry contact to ground: low while the contact is closed, else as its pull has it."""

    _state: bool

    def __init__(self, factory: "PlayerFactory", info: Any) -> None:
        self._closed = False
        super().__init__(factory, info)

    def move(self, closed: bool) -> None:
        """Close or open the contact now; watchers of the pin hear of it before this returns."""
        self._closed = closed
        if closed:
            self.drive_low()
        else:
            self.drive_high()

    def _change_state(self, value: bool) -> bool:
        state = bool(value) and not self._closed
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

    def contact(self, number: int) -> PlayedPin:
        """The contact at a pin (BCM number)."""
        pin = self.pin(number)
        assert isinstance(pin, PlayedPin)
        return pin

    def _get_spi_class(self, shared: bool, hardware: bool) -> Any:
        return lambda pin_factory, **pins: PlayedSpi(self.spi_devices, pins, pin_factory)

    def ticks(self) -> int:
        """The measurement clock, ns; opaque to gpiozero, which only takes differences."""
        return self._clock.now_ns()

    @staticmethod
    def ticks_diff(later: int, earlier: int) -> float:
        """Seconds between two ticks; exact to the nanosecond below 2^51 ns (26 days)."""
        return (later - earlier) / NS_PER_S
