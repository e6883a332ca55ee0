"""The boards a gateway may be: what their header can carry, how much current it gives, whether a clock battery fits."""

import re
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from firmware_config.header import USABLE_PINS
from sensorhub.config import Whole, load_toml

_FILE = Path(__file__).parent / "boards.toml"

ONE_WIRE = "1-wire"
_SELECT = "CE"
_MOVED = re.compile(r"1-wire@(\d{1,2})\Z", re.ASCII)
SERIAL_0 = "/dev/serial0"
"""The name that the system gives to the UART on GPIO 14 and 15, whichever it is."""


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Interface(_Row):
    """One bus that the header can carry.

    Arguments:
        name: in `interfaces` of a gateway, as in `i2c-1`.
        boards: those that have it; empty: all.
        pins: BCM numbers by what they carry, as in `SDA`.
        switch: what `config.txt` needs.
        device: of a UART, its device.
        for_sensors: whether the gateway can read a part on it.
    """

    name: str
    boards: tuple[str, ...] = ()
    pins: dict[str, Whole]
    switch: str
    device: str = ""
    for_sensors: bool = True

    @property
    def buses(self) -> tuple[str, ...]:
        """What a sensor on it may write as its `bus`: of SPI one for each chip select."""
        if not self.for_sensors:
            return ()
        selects = [end.removeprefix(_SELECT) for end in self.pins if end.startswith(_SELECT)]
        return tuple(f"{self.name}.{select}" for select in selects) or (self.name.partition("@")[0],)

    def serves(self, bus: str) -> bool:
        """Whether a sensor's `bus` is this one."""
        if self.device and bus in (self.device, SERIAL_0 if self.name == "uart-0" else self.device):
            return True
        return bus.partition(".")[0] == self.name.partition("@")[0]


class Board(_Row):
    """One model of the Raspberry Pi.

    Arguments:
        name: in `board` of a gateway, as in `4b`.
        supply_3v3_ma, supply_5v_ma: what the header may give to sensors.
        clock_battery: whether it takes a battery for its clock.
    """

    name: str
    title: str
    supply_3v3_ma: int = Field(gt=0)
    supply_5v_ma: int = Field(gt=0)
    clock_battery: bool = False

    @property
    def interfaces(self) -> tuple[Interface, ...]:
        """All that its header can carry."""
        return _interfaces_of(self.name)

    def interface(self, name: str) -> Interface | None:
        """The interface of this name; `1-wire@17` is 1-wire on GPIO 17. None where the board has none."""
        by_name = {each.name: each for each in self.interfaces}
        moved = _MOVED.match(name)
        if moved is None or int(moved[1]) not in USABLE_PINS:
            return by_name.get(name)
        usual, pin = by_name[ONE_WIRE], int(moved[1])
        changed = {"name": name, "pins": dict.fromkeys(usual.pins, pin), "switch": f"{usual.switch},gpiopin={pin}"}
        return usual.model_copy(update=changed)

    def functions_of(self, pin: int) -> tuple[str, ...]:
        """What else a GPIO can be, as in `i2c-1 SDA`."""
        return tuple(
            each.name if end.lower() == each.name else f"{each.name} {end}"
            for each in self.interfaces
            for end, number in each.pins.items()
            if number == pin
        )


class _Table(_Row):
    boards: tuple[Board, ...]
    interfaces: tuple[Interface, ...]


@cache
def _table() -> _Table:
    return load_toml(_FILE, _Table)


@cache
def _interfaces_of(board: str) -> tuple[Interface, ...]:
    return tuple(each for each in _table().interfaces if not each.boards or board in each.boards)


@cache
def boards() -> dict[str, Board]:
    """All boards, by name."""
    return {each.name: each for each in _table().boards}


@cache
def interface_names() -> tuple[str, ...]:
    """All interfaces that some board has, `1-wire@...` left out."""
    return tuple(sorted({each.name for each in _table().interfaces}))


@cache
def buses_like(bus: str, board: str = "") -> tuple[str, ...]:
    """The buses of the same type on which the gateway can read a part.

    Arguments:
        bus: as a sensor writes it, as in `uart-7`.
        board: those of this board; empty: of all.
    """
    known = boards().get(board)
    interfaces = known.interfaces if known is not None else _table().interfaces
    first = bus.partition("-")[0]
    return tuple(dict.fromkeys(each for one in interfaces for each in one.buses if each.partition("-")[0] == first))


def serial_device(bus: str, board: str = "") -> str | None:
    """The device of `uart-0` and such; of a device that is written itself, that. None where the board has no such UART.

    Arguments:
        board: which it is; empty: not known, and taken as the first that has it.
    """
    if bus.startswith("/dev/"):
        return bus
    known = boards().get(board)
    interfaces = known.interfaces if known is not None else _table().interfaces
    return next((each.device for each in interfaces if each.device and each.name == bus), None)


@cache
def uart_devices() -> frozenset[str]:
    """The devices of all UARTs that some board has on its header."""
    return frozenset(each.device for each in _table().interfaces if each.device)


def is_interface(name: str) -> bool:
    """Whether some board can have an interface of this name."""
    return name in interface_names() or _MOVED.match(name) is not None
