"""Every quantity of the table, with negative and extreme values: taken, stored, read back and exported as measured."""

import csv
import io
from pathlib import Path

import duckdb
import pytest

from cloud.export import write_csv, write_parquet
from cloud.incoming import Incoming, understand
from sensorhub.pack import compress, encode_pack
from sensorhub.quantity import QUANTITIES
from sensorhub.reading import US_PER_S, Quality, Reading, Record
from sensorhub.topics import OPEN_ROOT, PackId, pack_topic, parse_topic
from tests.cloud.stores.opened import Opened
from tests.cloud.stores.packs import EPOCH, GATEWAY, T0_US, pack

RECORDS: list[Record] = [
    Reading("it-1", name, T0_US + at * US_PER_S, value, Quality.INDICATIVE if at == 2 else Quality.GOOD)
    for name, quantity in QUANTITIES.items()
    for at, value in enumerate((quantity.low, quantity.high, -0.1 - 0.2, 1e-9, -12_345.678))
]


def test_every_quantity_is_taken() -> None:
    ident = PackId(GATEWAY, EPOCH, 1, len(RECORDS))
    message = Incoming(pack_topic(OPEN_ROOT, ident), compress(encode_pack(GATEWAY, RECORDS)), False, T0_US)
    topic = parse_topic(message.topic)
    assert topic is not None
    understood = understand(message, topic)
    assert understood.letters == ()
    assert understood.pack is not None
    assert [record for _, record in understood.pack.pack.records] == RECORDS


def test_every_quantity_is_read_back_as_it_was_measured(opened: Opened) -> None:
    one = pack(RECORDS)
    opened.store.write([one])
    opened.reopen()
    assert opened.rows() == opened.expected(one)


@pytest.mark.parametrize("name", ["csv", "parquet"])
def test_every_quantity_is_exported_with_its_unit(opened: Opened, tmp_path: Path, name: str) -> None:
    opened.store.write([pack(RECORDS)])
    rows: list[tuple[str, float, str, str]]
    if name == "csv":
        text = b"".join(write_csv(opened.rows())).decode()
        read = csv.DictReader(io.StringIO(text))
        rows = [(row["quantity"], float(row["value"]), row["unit"], row["quality"]) for row in read]
    else:
        file = tmp_path / "readings.parquet"
        file.write_bytes(b"".join(write_parquet(opened.rows())))
        with duckdb.connect() as database:
            select = "select quantity, value, unit, quality from read_parquet(?)"
            rows = database.execute(select, [str(file)]).fetchall()
    measured = [record for record in RECORDS if isinstance(record, Reading)]
    expected = [
        (one.quantity, one.value, QUANTITIES[one.quantity].unit, "indicative" if one.quality else "")
        for one in measured
    ]
    assert sorted(rows) == sorted(expected)
