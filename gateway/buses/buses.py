"""All buses of one gateway: real ones by default, simulated ones where they are handed in.

Each is opened when the first part asks for it and shared by all parts on it. Used in the one worker thread.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Self

from firmware_config.boards import buses_like, serial_device
from gateway.buses.adc import Adc, open_adc
from gateway.buses.echo import Echo
from gateway.buses.i2c import I2c, open_i2c
from gateway.buses.modbus import TIMEOUT_S as MODBUS_TIMEOUT_S
from gateway.buses.modbus import ModbusLine, ModbusUnit, open_modbus
from gateway.buses.serial_port import SerialPort, open_serial
from gateway.sensors.part import PartFault
from gateway.sensors.pins import Factory
from sensorhub.config import one_of


def serial_path(bus: str, board: str = "") -> str:
    """The device of a UART of a board (empty: not known), or a device as it stands.

    Raises:
        PartFault: the board has no such UART.
    """
    device = serial_device(bus, board)
    if device is None:
        lacks = f"The board {board} has no" if board else "No board has"
        raise PartFault(f"{lacks} {bus}: write {one_of(buses_like(bus, board))} as the bus of this sensor.")
    return device


@dataclass(frozen=True, slots=True)
class BusWorld:
    """Where buses are; the defaults are those of a Raspberry Pi of which the model is not known.

    Arguments:
        i2c: opens an I2C bus by its number; something with smbus2's `i2c_rdwr` and `close`.
        serial_path: the device of `uart-0` and such, or of `/dev/...` as it stands.
        one_wire: folder of the 1-wire devices.
        root: folder under which `sys`, `proc` and `dev` are, for the gateway's own health.
        modbus_timeout_s: how long a unit on RS-485 may take to answer.
    """

    i2c: Callable[[int], I2c] = open_i2c
    serial_path: Callable[[str], str] = serial_path
    one_wire: Path = Path("/sys/bus/w1/devices")
    root: Path = Path("/")
    modbus_timeout_s: float = MODBUS_TIMEOUT_S

    @classmethod
    def of_board(cls, board: str) -> Self:
        """Those of a Raspberry Pi.

        Arguments:
            board: which it is; empty: not known.
        """
        return cls(serial_path=partial(serial_path, board=board))


@dataclass
class Buses:
    """The buses of one gateway.

    Arguments:
        factory: its pins, for converters and echoes; None where there are none.
        world: where the others are.
        facts: what only the gateway itself knows, by quantity, for its health.
    """

    factory: Factory | None
    world: BusWorld = field(default_factory=BusWorld)
    facts: Callable[[], dict[str, float]] = dict
    _i2c: dict[str, I2c] = field(default_factory=dict)
    _serial: dict[str, SerialPort] = field(default_factory=dict)
    _modbus: dict[str, ModbusLine] = field(default_factory=dict)
    _adc: dict[tuple[str, int], Adc] = field(default_factory=dict)

    def i2c(self, bus: str) -> I2c:
        """The bus `i2c-1` and such.

        Raises:
            PartFault: it is not there, or not for this user.
        """
        if bus not in self._i2c:
            self._i2c[bus] = self.world.i2c(int(bus.removeprefix("i2c-")))
        return self._i2c[bus]

    def serial(self, bus: str, baud: int) -> SerialPort:
        """A serial port: `uart-0`, or a device.

        Raises:
            PartFault: it is not there, or not for this user.
        """
        if bus not in self._serial:
            self._serial[bus] = open_serial(self.world.serial_path(bus), baud)
        return self._serial[bus]

    def modbus(self, bus: str, baud: int, unit: int) -> ModbusUnit:
        """One unit of a Modbus RTU line; its first read opens the port.

        Raises:
            PartFault: the library for it is not installed.
        """
        if bus not in self._modbus:
            self._modbus[bus] = open_modbus(self.world.serial_path(bus), baud, self.world.modbus_timeout_s)
        return self._modbus[bus].unit(unit)

    def adc(self, bus: str, channel: int) -> Adc:
        """One channel of the MCP3008 at `spi-0.0` or `spi-0.1`.

        Raises:
            PartFault: the pins of the bus are not there.
        """
        key = bus, channel
        if key not in self._adc:
            self._adc[key] = open_adc(self._pins(), bus, channel)
        return self._adc[key]

    def echo(self, trigger: int, echo: int) -> Echo:
        """An ultrasonic ranger on two pins; belongs to the part that asks.

        Raises:
            PartFault: a pin is not there, or taken.
        """
        return Echo(self._pins(), trigger, echo)

    def _pins(self) -> Factory:
        if self.factory is None:
            raise PartFault(
                "The pins cannot be opened, so nothing can be read over them: see what is said of the pins."
            )
        return self.factory

    def close(self) -> None:
        """Give all back; may be called twice."""
        for opened in (self._i2c, self._serial, self._modbus, self._adc):
            while opened:
                opened.popitem()[1].close()
