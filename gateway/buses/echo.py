"""An ultrasonic ranger on two pins (HC-SR04): a pulse to its trigger, and how long its echo pin stays high.

The time of flight comes from the ticks of the pin itself, never from when Python hears of an edge.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

from gpiozero.exc import GPIOZeroError

from gateway.sensors.part import PartFault
from gateway.sensors.pins import Factory

PULSE_S = 20e-6
"""It wants 10 us at least (ElecFreaks, HC-SR04)."""

FLIGHT_MAX_S = 0.038
"""So long its echo pin stays high where no echo comes back."""

CYCLE_S = 0.06
"""From ping to ping at least, so that no echo is that of the last."""


class Echo:
    """One ranger; used in one thread, while edges come in another.

    Arguments:
        factory: the pins.
        trigger, echo: BCM numbers; the echo comes through a divider, since it has 5 V.
        sleep: waits so many seconds.

    Raises:
        PartFault: a pin is not there, or taken, or cannot be pulled down.
    """

    def __init__(self, factory: Factory, trigger: int, echo: int, sleep: Callable[[float], None] = time.sleep) -> None:
        self._factory = factory
        self._sleep = sleep
        self._numbers = trigger, echo
        self._pinged: Any = None
        self._rose: Any = None
        self._fell: Any = None
        self._over = threading.Event()
        try:
            factory.reserve_pins(self, trigger, echo)
            self._trigger: Any = factory.pin(trigger)
            self._trigger.function = "output"
            self._trigger.state = False
            self._echo: Any = factory.pin(echo)
            self._echo.function = "input"
            self._echo.pull = "down"
            self._echo.bounce = None
            self._echo.edges = "both"
            # gpiozero keeps a weak reference to a bound method: this object must be held by its owner.
            self._echo.when_changed = self._changed
        except GPIOZeroError as error:
            factory.release_all(self)
            raise PartFault(f"GPIO {trigger} and {echo} cannot be used for a ranger: {error}.") from None

    def flight_s(self) -> float | None:
        """Send a ping and wait for its echo: the time there and back in seconds; None where no echo came in 38 ms.

        Raises:
            PartFault: the ranger does not answer at all, or its echo pin is held high.
        """
        if self._pinged is not None:
            since_s = self._factory.ticks_diff(self._factory.ticks(), self._pinged)
            self._sleep(max(0.0, CYCLE_S - since_s))
        trigger, echo = self._numbers
        if self._echo.state:
            raise PartFault(f"The echo pin, GPIO {echo}, is held high. Check its divider, and the ranger's ground.")
        self._rose = self._fell = None
        self._over.clear()
        self._trigger.state = True
        self._sleep(PULSE_S)
        self._trigger.state = False
        self._pinged = self._factory.ticks()
        self._over.wait(CYCLE_S)
        if self._rose is None:
            raise PartFault(
                f"The ranger on GPIO {trigger} and {echo} does not answer. Check its 5 V and ground, its trigger wire, "
                "and the divider of its echo wire."
            )
        if self._fell is None:
            return None
        flight_s = self._factory.ticks_diff(self._fell, self._rose)
        return flight_s if flight_s < FLIGHT_MAX_S else None

    def close(self) -> None:
        """Give the pins back; may be called twice."""
        self._echo.when_changed = None
        self._trigger.function = "input"
        self._factory.release_all(self)

    def _conflicts_with(self, other: object) -> bool:
        # Asked by gpiozero when somebody else has reserved a pin: a ranger shares it with nobody.
        return True

    def _changed(self, ticks: Any, state: int) -> None:
        if state:
            self._rose = ticks
        elif self._rose is not None:
            self._fell = ticks
            self._over.set()
