"""The buses of a gateway: which device a UART is."""

import pytest

from gateway.buses.buses import BusWorld
from gateway.sensors.part import PartFault


@pytest.mark.parametrize(
    ("board", "bus", "device"),
    [
        ("4b", "uart-0", "/dev/ttyAMA0"),
        ("5", "uart-2", "/dev/ttyAMA2"),
        ("", "uart-3", "/dev/ttyAMA3"),
        ("3b-plus", "/dev/ttyUSB0", "/dev/ttyUSB0"),
    ],
)
def test_serial_path_is_the_device_of_the_boards_uart(board: str, bus: str, device: str) -> None:
    assert BusWorld.of_board(board).serial_path(bus) == device


@pytest.mark.parametrize(
    ("board", "told"),
    [
        ("3b-plus", "The board 3b-plus has no uart-3: write uart-0 as the bus of this sensor."),
        ("", "No board has uart-9: write uart-0, uart-3, uart-4, uart-5 or uart-2 as the bus of this sensor."),
    ],
)
def test_serial_path_of_a_uart_that_is_not_there_is_a_fault(board: str, told: str) -> None:
    with pytest.raises(PartFault) as caught:
        BusWorld.of_board(board).serial_path("uart-3" if board else "uart-9")
    assert str(caught.value) == told
