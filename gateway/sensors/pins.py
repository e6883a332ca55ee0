"""Pins of the header: which factory drives them, and a contact read by its edges."""

import importlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from gpiozero import Factory
from gpiozero.exc import GPIOZeroError

from sensorhub.clock import MeasurementClock, seconds_ns
from sensorhub.errors import AskedWrong, SensorHubError

_FACTORIES = {
    "lgpio": "LGPIOFactory",
    "rpigpio": "RPiGPIOFactory",
    "pigpio": "PiGPIOFactory",
    "native": "NativeFactory",
    "mock": "MockFactory",
}

OnEdge = Callable[[int, bool], None]
"""Called in whatever thread drives the pin, with the boot clock (ns) of the edge and whether the contact is active."""


__all__ = ["ContactPin", "Factory", "PinUnusable", "PinsUnavailable", "system_factory"]


class PinsUnavailable(AskedWrong):
    """This machine has no pins that gpiozero can drive."""


class PinUnusable(SensorHubError):
    """One pin that cannot be read as the sensor needs it; the others can."""


def system_factory() -> Factory:
    """The pin factory of this machine: lgpio, or the one that GPIOZERO_PIN_FACTORY names.

    Raises:
        PinsUnavailable: it cannot be loaded; gpiozero's own fall-through hides the reason, so one is named.
    """
    name = os.environ.get("GPIOZERO_PIN_FACTORY", "lgpio").lower()
    if name not in _FACTORIES:
        raise PinsUnavailable(
            f"GPIOZERO_PIN_FACTORY names {name!r}; there are {', '.join(_FACTORIES)}. On a Pi leave it unset."
        )
    try:
        factory: Factory = getattr(importlib.import_module(f"gpiozero.pins.{name}"), _FACTORIES[name])()
    except ImportError as error:
        raise PinsUnavailable(
            f"The pin library {name} is not installed ({error}). On Raspberry Pi OS run "
            "sudo apt install python3-lgpio and make the environment with --system-site-packages. "
            "To try a gateway without hardware run: sensorhub demo"
        ) from None
    except Exception as error:  # each library raises classes of its own
        where = "" if Path("/dev/gpiochip0").exists() else " There is no /dev/gpiochip0: this machine has no header."
        raise PinsUnavailable(
            f"The pins cannot be opened with {name}: {error}.{where} "
            "To try a gateway without hardware run: sensorhub demo"
        ) from error
    return factory


class ContactPin:
    """A contact read by its edges; usually dry, between a pin and ground with the pull-up on: closed reads low.

    Edge times come from the pin's own ticks, never from the time at which Python hears of them.

    Arguments:
        factory: the pins.
        number: BCM number of the pin.
        clock: the measurement clock that edges are given in.
        on_edge: must be safe to call from any thread.
        pull: the resistor that the pin needs; the board's own is switched on for `up` and `down`.
        active_low: whether the pin is low while the contact is active.

    Raises:
        PinUnusable: the pin does not exist or cannot be pulled so.
    """

    def __init__(
        self,
        factory: Factory,
        number: int,
        clock: MeasurementClock,
        on_edge: OnEdge,
        pull: Literal["up", "down", "external", "none"] = "up",
        active_low: bool = True,
    ) -> None:
        self._factory = factory
        self._clock = clock
        self._on_edge = on_edge
        self._active_low = active_low
        wanted = pull if pull in ("up", "down") else "floating"
        try:
            factory.reserve_pins(self, number)
            self._pin: Any = factory.pin(number)
            self._pin.function = "input"
            if self._pin.pull != wanted:
                self._pin.pull = wanted
            self._pin.bounce = None
            self._pin.edges = "both"
            # gpiozero keeps a weak reference to a bound method: this object must be held by its owner.
            self._pin.when_changed = self._changed
        except GPIOZeroError as error:
            factory.release_all(self)
            raise PinUnusable(f"GPIO {number} cannot be read as a contact: {error}.") from None

    def active(self) -> bool:
        """Whether the contact is active now."""
        return bool(self._pin.state) != self._active_low

    def close(self) -> None:
        """Give the pin back; may be called twice."""
        self._pin.when_changed = None
        self._factory.release_all(self)

    def _conflicts_with(self, other: object) -> bool:
        # Asked by gpiozero when somebody else has reserved the pin: a contact shares it with nobody.
        return True

    def _changed(self, ticks: float, state: int) -> None:
        age_ns = seconds_ns(self._factory.ticks_diff(self._factory.ticks(), ticks))
        self._on_edge(self._clock.now_ns() - age_ns, bool(state) != self._active_low)
