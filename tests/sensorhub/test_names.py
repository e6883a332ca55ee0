"""The grammar of names."""

import pytest

from sensorhub.names import NameInvalid, check_gateway_id, check_sensor_id, is_hex16, is_id, is_quantity

BAD_IDS = ["", "-a", "A", "a_b", "a/b", "a b", "a\n", "é", "a+", "#", "a" * 49, "٣"]


@pytest.mark.parametrize("name", ["a", "7", "a127-rayleigh-weir", "a-", "a" * 48])
def test_id_in_the_grammar_is_one(name: str) -> None:
    assert is_id(name)
    assert check_gateway_id(name) == name
    assert check_sensor_id(name) == name


@pytest.mark.parametrize("name", BAD_IDS)
def test_id_outside_the_grammar_is_none(name: str) -> None:
    assert not is_id(name)
    with pytest.raises(NameInvalid, match="cannot name a gateway"):
        check_gateway_id(name)
    with pytest.raises(NameInvalid, match="cannot name a sensor"):
        check_sensor_id(name)


def test_sensor_id_gateway_is_reserved() -> None:
    with pytest.raises(NameInvalid, match="reserved"):
        check_sensor_id("gateway")


@pytest.mark.parametrize("name", ["", "1a", "_a", "A", "a-b", "a\n", "a" * 49])
def test_quantity_outside_the_grammar_is_none(name: str) -> None:
    assert not is_quantity(name)
    assert is_quantity("pm2_5")


@pytest.mark.parametrize("text", ["", "0" * 15, "0" * 17, "A" * 16, "g" * 16, "0" * 16 + "\n"])
def test_text_that_is_not_16_hex_digits_is_none(text: str) -> None:
    assert not is_hex16(text)
    assert is_hex16("5f0c2a9e41d07b36")
