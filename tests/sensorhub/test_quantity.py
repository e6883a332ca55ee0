"""The table of quantities keeps to the grammar and to registered units."""

import pytest

from sensorhub.names import is_quantity
from sensorhub.quantity import QUANTITIES, Quantity, screen_unit

# IANA registry "SenML Units" and its table of secondary units (RFC 8428, RFC 8798).
REGISTERED = """
    m kg g s A K cd mol Hz rad sr N Pa J W C V F Ohm S Wb T H Cel lm lx Bq Gy Sv kat m2 m3 l m/s m/s2 m3/s l/s W/m2
    cd/m2 bit bit/s lat lon pH dB dBW count / %RH %EL EL 1/s S/m B VA VAs var vars J/m kg/m3 deg
    ms min h MHz kW kVA kvar Ah Wh kWh varh kvarh kVAh Wh/km KiB GB Mbit/s B/s MB/s mV mA dBm ug/m3 mm/h m/h
    ppm /100 /1000 hPa mm cm km km/h
"""


@pytest.mark.parametrize("quantity", QUANTITIES.values(), ids=lambda quantity: quantity.name)
def test_quantity_is_well_formed(quantity: Quantity) -> None:
    assert is_quantity(quantity.name)
    assert quantity.unit in REGISTERED.split()
    assert quantity.low < quantity.high
    assert 0 <= quantity.decimals <= 6
    assert quantity.title


def test_table_is_keyed_by_name() -> None:
    assert all(name == quantity.name for name, quantity in QUANTITIES.items())


def test_unit_for_a_reader() -> None:
    assert screen_unit("/100") == "%"
    assert screen_unit("mm") == "mm"
