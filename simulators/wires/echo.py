"""A simulated HC-SR04: answers a pulse on its trigger pin with one on its echo pin, as long as the sound takes."""

from collections.abc import Callable

from sensorhub.clock import seconds_ns
from simulators.pins import PlayedPin, PlayerClock, PlayerFactory

BURST_S = 0.00025
"""From the pulse until the echo pin rises: eight cycles at 40 kHz, and a little more."""

NO_ECHO_S = 0.038
"""How long it stays high where nothing comes back."""


class _TriggerPin(PlayedPin):
    fell: Callable[[], None] | None = None

    def _set_state(self, value: bool) -> None:
        was = self._state
        super()._set_state(value)
        if was and not self._state and self.fell is not None:
            self.fell()


class _EchoPin(PlayedPin):
    def pulse(self, rises_ns: int, falls_ns: int) -> None:
        """Go high and low at these ticks; watchers of the pin hear of both before this returns."""
        for self._last_change, self._state in ((rises_ns, True), (falls_ns, False)):
            if self._when_changed is not None:
                self._call_when_changed()


class FakeEcho:
    """One ranger. Its edges bear the times at which they would come, though the clock stands still.

    Arguments:
        factory: the pins; nobody has asked for these two before.
        clock: the measurement clock.
        trigger, echo: BCM numbers.
    """

    def __init__(self, factory: PlayerFactory, clock: PlayerClock, trigger: int, echo: int) -> None:
        self._clock = clock
        self.flight_s: float | None = None
        """How long the sound is under way, there and back; None: no echo."""
        self.dead = False
        """Whether it does not answer at all."""
        pin = factory.pin(trigger, pin_class=_TriggerPin)
        self._echo = factory.pin(echo, pin_class=_EchoPin)
        assert isinstance(pin, _TriggerPin) and isinstance(self._echo, _EchoPin), "its pins are its own"
        pin.fell = self._answer
        self._echo.drive(False)

    def _answer(self) -> None:
        if not self.dead:
            rises_ns = self._clock.now_ns() + seconds_ns(BURST_S)
            flight_s = NO_ECHO_S if self.flight_s is None else self.flight_s
            self._echo.pulse(rises_ns, rises_ns + seconds_ns(flight_s))
