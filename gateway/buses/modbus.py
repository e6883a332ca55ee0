"""Modbus RTU on a serial line with RS-485, thin over pymodbus: registers of the units on it."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.sensors.part import PartFault

if TYPE_CHECKING:
    from pymodbus.client import ModbusSerialClient

_READ_HOLDING = 3

TIMEOUT_S = 0.3
"""A unit answers within some 100 ms."""


class ModbusLine:
    """One line and the one client that all its units share; used in one thread.

    Arguments:
        path: of the serial device.
        client: speaks for us; opens the device when it is needed, and again after it broke.
    """

    def __init__(self, path: str, client: "ModbusSerialClient") -> None:
        self._path = path
        self._client = client

    def unit(self, number: int) -> "ModbusUnit":
        """The unit of this number, 1 to 247."""
        return ModbusUnit(self, number)

    def registers(self, unit: int, address: int, count: int) -> list[int]:
        """Holding registers of a unit, as `ModbusUnit.registers` says."""
        if not self._client.connect():
            there = "is there, but not for this user, or in use" if Path(self._path).exists() else "is not there"
            raise PartFault(
                f"The RS-485 port {self._path} {there}. Check that the adapter is plugged in and that this user is in "
                "the group dialout."
            )
        try:
            answer = self._client.read_holding_registers(address, count=count, device_id=unit)
        except Exception as error:  # the sensor boundary: a garbled answer can raise anything in the library
            raise PartFault(
                f"Unit {unit} on {self._path} does not answer ({error}). Check its supply, its number and speed, "
                "and that A and B are not swapped."
            ) from None
        if answer.isError():
            raise PartFault(
                f"Unit {unit} on {self._path} refuses register {address} (exception {answer.exception_code}). Check "
                "its register map."
            )
        if answer.function_code != _READ_HOLDING or len(answer.registers) != count:
            raise PartFault(
                f"Unit {unit} on {self._path} answered something else than the {count} registers from {address} on. "
                "Check that no other unit has its number."
            )
        return list(answer.registers)

    def close(self) -> None:
        """Give the port back; may be called twice."""
        self._client.close()  # type: ignore[no-untyped-call]  # of pymodbus


class ModbusUnit:
    """One unit of a line."""

    def __init__(self, line: ModbusLine, number: int) -> None:
        self._line = line
        self._number = number

    def registers(self, address: int, count: int) -> list[int]:
        """Holding registers from `address` on (counted from 0), each 0 to 65535.

        Raises:
            PartFault: the port is not there, or the unit is silent, garbled or refuses.
        """
        return self._line.registers(self._number, address, count)


def open_modbus(path: str, baud: int, timeout_s: float = TIMEOUT_S) -> ModbusLine:
    """The line on a serial device.

    Arguments:
        path: of the device.
        baud: bits per second; 8 data bits, no parity, 1 stop bit.
        timeout_s: how long an answer may take.

    Raises:
        PartFault: the library is not installed.
    """
    try:
        from pymodbus.client import ModbusSerialClient

        client = ModbusSerialClient(path, baudrate=baud, timeout=timeout_s, retries=0)
    except (ModuleNotFoundError, RuntimeError):  # the latter where it finds no pyserial
        raise PartFault("The library for Modbus is missing: run pip install 'pymodbus>=3.8,<4'") from None
    logging.getLogger("pymodbus").setLevel(logging.CRITICAL)  # what it logs on each failure is told as a fault
    return ModbusLine(path, client)
