"""A probe on 1-wire: vectors, values that are none, and files that are cut, flipped, empty or gone."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.buses.one_wire import crc8, temperature
from gateway.sensors.part import PartFault
from simulators.wires.one_wire import OneWireTree, scratchpad

DEVICE = "28-0316a2798aff"

VECTORS = [
    ("72 01 4b 46 7f ff 0e 10", 0x57, 23_125),
    ("d8 ff 4b 46 7f ff 08 10", 0x50, -2_500),
    ("50 05 4b 46 7f ff 10 10", 0xBD, 85_000),
]

RIGHT = "72 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n72 01 4b 46 7f ff 0e 10 57 t=23125\n"


def shown(folder: Path, text: str) -> Path:
    """The folder of devices with a file that says this."""
    path = folder / DEVICE / "w1_slave"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return folder


@pytest.mark.parametrize(("data", "crc", "milli"), VECTORS)
def test_check_sum_of_the_vectors(data: str, crc: int, milli: int) -> None:
    assert crc8(bytes.fromhex(data)) == crc


@pytest.mark.parametrize(("data", "crc", "milli"), VECTORS[:2])
def test_temperature_of_the_vectors(tmp_path: Path, data: str, crc: int, milli: int) -> None:
    text = f"{data} {crc:02x} : crc={crc:02x} YES\n{data} {crc:02x} t={milli}\n"

    assert temperature(shown(tmp_path, text), DEVICE) == milli / 1_000


def test_another_device_is_a_fault(tmp_path: Path) -> None:
    OneWireTree(tmp_path).set("10-0316a2798aff", scratchpad(4.0))

    with pytest.raises(PartFault, match="no DS18B20"):
        temperature(tmp_path, "10-0316a2798aff")


def test_simulated_kernel_writes_the_vectors(tmp_path: Path) -> None:
    tree = OneWireTree(tmp_path)
    tree.set(DEVICE, bytes.fromhex("72 01 4b 46 7f ff 0e 10 57"))

    assert (tmp_path / DEVICE / "w1_slave").read_text() == RIGHT


@given(st.floats(-55, 125).filter(lambda cel: round(cel * 16) != 85 * 16))
def test_every_temperature_comes_back(tmp_path_factory: pytest.TempPathFactory, cel: float) -> None:
    tree = OneWireTree(tmp_path_factory.mktemp("w1"))
    tree.set(DEVICE, scratchpad(cel))

    assert temperature(tree.folder, DEVICE) == pytest.approx(cel, abs=0.0313)


@pytest.mark.parametrize(
    ("read", "says"),
    [
        (bytes.fromhex("50 05 4b 46 7f ff 10 10 bd"), "85 °C, which it does when it has just been powered"),
        (scratchpad(127.9375), "127.94 °C: it has too little power"),
        (scratchpad(-55.0625), "too little power"),
        (bytes(9), "all zeros: data is shorted to ground"),
    ],
    ids=["power on", "too little power", "too cold", "shorted"],
)
def test_values_that_are_none_are_faults(tmp_path: Path, read: bytes, says: str) -> None:
    tree = OneWireTree(tmp_path)
    tree.set(DEVICE, read)

    with pytest.raises(PartFault, match=says):
        temperature(tmp_path, DEVICE)


def test_a_value_near_the_rejected_ones_is_good(tmp_path: Path) -> None:
    tree = OneWireTree(tmp_path)
    for cel in (84.9375, 85.0625, 125.0):
        tree.set(DEVICE, scratchpad(cel))
        assert temperature(tmp_path, DEVICE) == pytest.approx(cel, abs=0.001)


def test_no_is_a_fault_though_the_second_line_holds_the_old_value(tmp_path: Path) -> None:
    tree = OneWireTree(tmp_path)
    tree.set(DEVICE, scratchpad(4.0))
    tree.set(DEVICE, b"\xff" * 9)

    text = (tmp_path / DEVICE / "w1_slave").read_text()
    assert " NO\n" in text and "t=4000" in text
    with pytest.raises(PartFault, match="check sum does not fit"):
        temperature(tmp_path, DEVICE)


def test_a_file_that_is_cut_is_a_fault_or_has_its_first_line_whole(tmp_path: Path) -> None:
    for at in range(len(RIGHT)):
        if at > RIGHT.index("\n"):
            assert temperature(shown(tmp_path, RIGHT[:at]), DEVICE) == 23.125
        else:
            with pytest.raises(PartFault, match="cannot be read"):
                temperature(shown(tmp_path, RIGHT[:at]), DEVICE)


def test_a_file_with_any_bit_flipped_is_a_fault_or_the_same_value(tmp_path: Path) -> None:
    for bit in range(8 * len(RIGHT)):
        flipped = bytearray(RIGHT.encode())
        flipped[bit // 8] ^= 1 << bit % 8
        path = tmp_path / DEVICE / "w1_slave"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(bytes(flipped))
        with suppress(PartFault):
            assert temperature(tmp_path, DEVICE) == 23.125


@given(st.binary(max_size=200))
def test_any_file_is_a_fault(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("w1")
    (folder / DEVICE).mkdir()
    (folder / DEVICE / "w1_slave").write_bytes(data)

    with pytest.raises(PartFault):
        temperature(folder, DEVICE)


def test_a_probe_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    tree = OneWireTree(tmp_path)
    tree.set(DEVICE, scratchpad(4.0))
    tree.remove(DEVICE)
    tree.remove(DEVICE)

    with pytest.raises(PartFault, match=f"{DEVICE} does not answer"):
        temperature(tmp_path, DEVICE)
