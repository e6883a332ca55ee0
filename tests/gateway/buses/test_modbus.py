"""Modbus RTU: units on one line, and a sentence for each thing that a line can do wrong."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.framer.rtu import FramerRTU

from gateway.buses.modbus import ModbusLine, open_modbus
from gateway.sensors.part import PartFault
from simulators.wires.modbus_unit import FakeModbusUnit, crc16
from simulators.wires.pty import Pty

REQUEST = b"\x07\x03\x00\x3d\x00\x02"
SHORT_S = 0.02
"""For answers that do not come; one that should come may take longer on a busy machine."""


class Line:
    """One simulated unit, number 7, and the gateway's side of its line; `spoil` changes what the unit answers."""

    def __init__(self) -> None:
        self.pty = Pty()
        self.spoil: Callable[[bytes], bytes] = lambda answer: answer
        self.unit = FakeModbusUnit(7, self._send)
        self.unit.set({61: 0x1234, 62: 0xFFFE})
        self.pty.serve(self.unit.hear)
        self.modbus: ModbusLine = open_modbus(str(self.pty.path), 115_200, 5.0)

    def read(self, unit: int = 7, address: int = 61, count: int = 2) -> list[int]:
        return self.modbus.unit(unit).registers(address, count)

    def _send(self, answer: bytes) -> bytes:
        return self.spoil(answer)

    def wrong(self, spoil: Callable[[bytes], bytes]) -> str:
        """What is told where the answer is spoilt so; the next one is right."""
        self.modbus.close()
        self.spoil = spoil
        hasty = open_modbus(str(self.pty.path), 115_200, SHORT_S)
        with pytest.raises(PartFault) as told:
            hasty.unit(7).registers(61, 2)
        hasty.close()
        self.spoil = lambda answer: answer
        assert self.read() == [0x1234, 0xFFFE]
        return str(told.value)


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.modbus.close()
    line.modbus.close()
    line.pty.close()


def test_registers_of_a_unit(line: Line) -> None:
    assert line.read() == [0x1234, 0xFFFE]
    assert line.read(address=62, count=1) == [0xFFFE]


def test_units_on_one_line_share_it(line: Line) -> None:
    other = FakeModbusUnit(8)
    other.set({61: 1, 62: 2})
    line.pty.serve(other.hear)

    assert [line.read(unit) for unit in (7, 8, 7)] == [[0x1234, 0xFFFE], [1, 2], [0x1234, 0xFFFE]]


@given(st.binary(max_size=40))
def test_check_sum_is_that_of_the_library(data: bytes) -> None:
    assert int.from_bytes(crc16(data), "big") == FramerRTU.compute_CRC(data)


def test_simulated_unit_skips_what_is_no_request_and_what_is_for_others() -> None:
    unit = FakeModbusUnit(7)
    unit.set({61: 1, 62: 2})
    told = b"\x07\x03\x04\x00\x01\x00\x02"

    assert unit.hear(b"\x00\x07" + REQUEST + crc16(REQUEST)) == told + crc16(told)
    assert unit.hear(b"\x08" + REQUEST[1:] + crc16(b"\x08" + REQUEST[1:])) == b""
    assert unit.hear(REQUEST + b"\0\0") == b""
    assert unit.hear(bytes(1_000)) == b""
    assert unit.hear(REQUEST[:4]) == b""
    assert unit.hear(REQUEST[4:] + crc16(REQUEST)) == told + crc16(told)


def test_a_register_that_is_not_there_is_refused(line: Line) -> None:
    with pytest.raises(PartFault, match=r"refuses register 62 \(exception 2\)"):
        line.read(address=62)


def test_a_unit_that_is_not_there_is_a_fault(line: Line) -> None:
    hasty = open_modbus(str(line.pty.path), 115_200, SHORT_S)
    with pytest.raises(PartFault, match=r"Unit 9 on .* does not answer"):
        hasty.unit(9).registers(61, 2)
    hasty.close()


def test_an_answer_that_is_cut_anywhere_is_a_fault(line: Line) -> None:
    for at in range(9):
        assert "does not answer" in line.wrong(lambda answer, at=at: answer[:at])  # type: ignore[misc]


def test_an_answer_with_any_bit_flipped_is_a_fault(line: Line) -> None:
    for bit in range(9 * 8):

        def flip(answer: bytes, bit: int = bit) -> bytes:
            flipped = bytearray(answer)
            flipped[bit // 8] ^= 1 << bit % 8
            return bytes(flipped)

        assert "does not answer" in line.wrong(flip)


def sealed(told: bytes) -> bytes:
    """An answer with its right check sum."""
    return told + crc16(told)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (b"", "does not answer"),
        (sealed(b"\x08\x03\x04\x00\x01\x00\x02"), "does not answer"),
        (sealed(b"\x07\x03\x02\x00\x01"), "something else than the 2 registers"),
        (sealed(b"\x07\x03\x06\x00\x01\x00\x02\x00\x03"), "something else"),
        (sealed(b"\x07\x03\x00"), "something else"),
        (sealed(b"\x07\x03\x03\x00\x01\x00"), "Unit 7"),
        (sealed(b"\x07\x04\x04\x00\x01\x00\x02"), "something else"),
        (sealed(b"\x07\x83\x0b"), "exception 11"),
        (sealed(b"\x07\x83"), "Unit 7"),
        (sealed(b"\x07"), "does not answer"),
        (bytes(1_000), "does not answer"),
        (b"\xff" * 1_000, "does not answer"),
        (b"\x07\x03\xff" * 300, "does not answer"),
    ],
)
def test_an_answer_that_is_none_is_a_fault(line: Line, answer: bytes, says: str) -> None:
    assert says in line.wrong(lambda _: answer)


@pytest.mark.parametrize("missing", ["pymodbus", "serial"])
def test_a_library_that_is_missing_is_a_fault_that_says_what_to_install(missing: str) -> None:
    script = f"""
import sys

class Missing:
    def find_spec(name, path, target=None):
        if name == {missing!r}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Missing)
from gateway.buses.modbus import open_modbus
from gateway.sensors.part import PartFault
try:
    open_modbus("ttyUSB0", 9600)
except PartFault as fault:
    print(fault)
"""
    asked = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)

    assert "pip install 'pymodbus>=3.8,<4'" in asked.stdout


def test_a_port_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    unit = open_modbus(str(tmp_path / "ttyUSB0"), 9_600).unit(1)
    with pytest.raises(PartFault, match=r"ttyUSB0 is not there"):
        unit.registers(0, 1)


def test_a_port_that_another_has_is_a_fault_until_it_is_free(line: Line) -> None:
    other = open_modbus(str(line.pty.path), 115_200)
    assert line.read()
    with pytest.raises(PartFault, match="not for this user, or in use"):
        other.unit(7).registers(61, 2)
    line.modbus.close()
    assert other.unit(7).registers(61, 2) == [0x1234, 0xFFFE]
    other.close()


def test_an_adapter_that_is_pulled_out_is_a_fault_and_comes_back(tmp_path: Path) -> None:
    name, first, second = tmp_path / "ttyUSB0", Line(), Line()
    name.symlink_to(first.pty.path)
    modbus = open_modbus(str(name), 115_200)
    assert modbus.unit(7).registers(61, 1) == [0x1234]

    first.pty.close()
    for _ in range(2):
        with pytest.raises(PartFault):
            modbus.unit(7).registers(61, 1)
    name.unlink()
    name.symlink_to(second.pty.path)
    assert modbus.unit(7).registers(61, 1) == [0x1234]
    modbus.close()
    second.pty.close()
