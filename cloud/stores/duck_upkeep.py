"""Upkeep of the DuckDB store's ranges: hashes that are forgotten, and records that are wanted again."""

from collections.abc import Sequence

import duckdb

from cloud.stores import duck_tables as tables
from cloud.stores.forgetting import Forgotten, cut, merged
from sensorhub.ranges import RangeSet
from sensorhub.topics import PackId


def forget_hashes(connection: duckdb.DuckDBPyConnection, before_us: int, ranges_max: int) -> int:
    """Forget hashes, in one transaction (see `Store.forget_hashes`)."""
    rows = connection.execute(tables.OLD_RANGES, [before_us, ranges_max]).fetchall()
    by_epoch: dict[tuple[str, str], list[Forgotten]] = {}
    for gateway, epoch, first, last, text, arrived_us in rows:
        one = Forgotten(first, last, tables.ranges_from(text), arrived_us)
        by_epoch.setdefault((gateway, epoch), []).append(one)
    if not by_epoch:
        return 0
    connection.begin()
    for (gateway, epoch), old in by_epoch.items():
        before = [
            Forgotten(first, last, tables.ranges_from(text), arrived_us)
            for first, last, text, arrived_us in connection.execute(tables.FORGOTTEN, [gateway, epoch]).fetchall()
        ]
        gone, new = merged(before, old)
        connection.execute(tables.DELETE_RANGES, [gateway, epoch, gone])
        connection.execute(tables.INSERT_RANGES, [tables.forgotten_rows(gateway, epoch, new)])
    connection.commit()
    return len(rows)


def cut_ranges(connection: duckdb.DuckDBPyConnection, pack: PackId, before: Sequence[Forgotten]) -> None:
    """Take a pack's sequences out of the ranges that hold them, in the transaction of its rows."""
    rest, _ = cut(before, pack.first, pack.last)
    connection.execute(tables.DELETE_RANGES, [pack.gateway, pack.epoch, [one.first for one in before]])
    if rest:
        connection.execute(tables.INSERT_RANGES, [tables.forgotten_rows(pack.gateway, pack.epoch, rest)])


def want_again(connection: duckdb.DuckDBPyConnection, since_us: int, gateway: str | None) -> None:
    """Want ranges again, in one transaction (see `Store.want`)."""
    wanted: dict[tuple[str, str], RangeSet] = {}
    for owner, epoch, first, last in connection.execute(tables.ARRIVED_SINCE, [since_us]).fetchall():
        if gateway in {None, owner}:
            wanted.setdefault((owner, epoch), RangeSet()).add(first, last)
    connection.begin()
    for key, ranges in wanted.items():
        for _, _, first, last in tables.rows_wanted(connection, key):
            ranges.add(first, last)
        tables.put_wanted(connection, key, ranges)
    connection.commit()
