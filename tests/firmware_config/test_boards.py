"""Boards and their header."""

import pytest

from firmware_config.boards import boards, buses_like, interface_names, is_interface, serial_device
from firmware_config.header import HEADER, PHYSICAL, USABLE_PINS, power_pins

BOARDS = {"zero-2-w", "3b-plus", "4b", "5", "cm4", "cm5"}


def test_header_has_each_gpio_once_and_its_power_pins() -> None:
    assert len(HEADER) == 40
    assert sorted(PHYSICAL) == list(range(28))
    assert power_pins("3V3") == (1, 17)
    assert power_pins("5V") == (2, 4)
    assert power_pins("GND") == (6, 9, 14, 20, 25, 30, 34, 39)


@pytest.mark.parametrize(("gpio", "physical"), [(2, 3), (4, 7), (14, 8), (17, 11), (8, 24), (7, 26), (0, 27), (21, 40)])
def test_header_as_it_is_printed_on_every_board(gpio: int, physical: int) -> None:
    assert PHYSICAL[gpio] == physical


def test_boards_are_those_that_are_deployed() -> None:
    assert set(boards()) == BOARDS
    assert {name for name, board in boards().items() if board.clock_battery} == {"5", "cm4", "cm5"}


@pytest.mark.parametrize("name", sorted(BOARDS))
def test_interfaces_are_on_usable_pins_and_known_once(name: str) -> None:
    found = boards()[name].interfaces
    assert len({each.name for each in found}) == len(found)
    assert {"i2c-1", "spi-0", "uart-0", "1-wire"} <= {each.name for each in found}
    for each in found:
        assert set(each.pins.values()) <= set(USABLE_PINS)
        assert len(set(each.pins.values())) == len(each.pins)
        assert each.switch
        assert bool(each.device) == each.name.startswith("uart-")


def test_only_newer_boards_have_more_serial_ports() -> None:
    ports = {name: [each.name for each in board.interfaces if each.device] for name, board in boards().items()}
    assert ports["3b-plus"] == ports["zero-2-w"] == ["uart-0"]
    assert ports["4b"] == ports["cm4"] == ["uart-0", "uart-3", "uart-4", "uart-5"]
    assert sorted(ports["5"]) == ["uart-0", "uart-2", "uart-3", "uart-4"]


def test_uart_3_is_elsewhere_on_a_pi_5() -> None:
    old, new = boards()["4b"].interface("uart-3"), boards()["5"].interface("uart-3")
    assert old is not None
    assert new is not None
    assert (old.pins, new.pins) == ({"TX": 4, "RX": 5}, {"TX": 8, "RX": 9})


def test_one_wire_moves_to_another_pin() -> None:
    board = boards()["4b"]
    moved = board.interface("1-wire@17")
    assert moved is not None
    assert list(moved.pins.values()) == [17]
    assert moved.switch == "dtoverlay=w1-gpio,gpiopin=17"
    assert moved.serves("1-wire")
    assert board.interface("1-wire@1") is None
    assert is_interface("1-wire@17")
    assert not is_interface("1-wire@x")
    assert not is_interface("i2c-1@2")
    assert "1-wire" in interface_names()


@pytest.mark.parametrize(
    ("interface", "bus"),
    [
        ("i2c-1", "i2c-1"),
        ("spi-0", "spi-0.1"),
        ("uart-0", "uart-0"),
        ("uart-0", "/dev/serial0"),
        ("uart-3", "/dev/ttyAMA3"),
    ],
)
def test_interface_serves_a_bus_by_each_of_its_names(interface: str, bus: str) -> None:
    found = boards()["4b"].interface(interface)
    assert found is not None
    assert found.serves(bus)
    assert not found.serves("/dev/ttyUSB0")
    assert not found.serves("i2c-3")


@pytest.mark.parametrize("name", sorted(BOARDS))
def test_each_bus_of_a_board_can_be_written_at_a_sensor(name: str) -> None:
    board = boards()[name]
    buses = [bus for each in board.interfaces for bus in each.buses]
    assert {"i2c-1", "spi-0.0", "spi-0.1", "uart-0", "1-wire"} <= set(buses)
    assert all(any(each.serves(bus) for each in board.interfaces) for bus in buses)
    assert not [bus for bus in buses if bus.startswith(("spi-1", "pwm"))]


def test_buses_like_another_are_those_of_the_board_or_of_all() -> None:
    assert buses_like("uart-7", "3b-plus") == ("uart-0",)
    assert buses_like("uart-7") == ("uart-0", "uart-3", "uart-4", "uart-5", "uart-2")
    assert buses_like("spi-1.0") == ("spi-0.0", "spi-0.1")
    assert buses_like("1-wire") == ("1-wire",)


def test_serial_device_is_that_of_the_board() -> None:
    assert serial_device("uart-0", "3b-plus") == "/dev/ttyAMA0"
    assert serial_device("uart-2", "5") == serial_device("uart-2") == "/dev/ttyAMA2"
    assert serial_device("uart-2", "4b") is None
    assert serial_device("uart-9") is None
    assert serial_device("/dev/ttyUSB0", "4b") == "/dev/ttyUSB0"


def test_ports_of_one_name_have_one_device_so_that_a_board_may_be_unnamed() -> None:
    devices: dict[str, set[str]] = {}
    for board in boards().values():
        for each in board.interfaces:
            if each.device:
                devices.setdefault(each.name, set()).add(each.device)
    assert all(len(found) == 1 for found in devices.values())


def test_functions_of_a_pin_name_its_buses() -> None:
    assert boards()["4b"].functions_of(4) == ("i2c-3 SDA", "uart-3 TX", "1-wire")
    assert boards()["3b-plus"].functions_of(27) == ()
