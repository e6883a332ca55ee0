"""Upkeep of claims: records that are wanted again, in whole or in part, and hashes that are forgotten."""

import json
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, select

from cloud.database import Database, claims, wanted
from cloud.stores.forgetting import Forgotten, cut, merged
from cloud.stores.protocol import StorePack, Wanted
from sensorhub.ranges import RangeSet
from sensorhub.reading import Reading
from sensorhub.topics import PackId


def wanted_of(connection: Connection, gateway: str, epoch: str) -> RangeSet:
    """What is wanted again of an epoch."""
    query = select(wanted.c.first, wanted.c.last).where(wanted.c.gateway == gateway, wanted.c.epoch == epoch)
    return RangeSet((first, last) for first, last in connection.execute(query.order_by(wanted.c.first)))


def wanted_within(connection: Connection, gateway: str, epoch: str, first: int, last: int) -> bool:
    """Whether any of first to last is wanted again."""
    query = select(wanted.c.first).where(
        wanted.c.gateway == gateway, wanted.c.epoch == epoch, wanted.c.first <= last, wanted.c.last >= first
    )
    return connection.scalar(query.limit(1)) is not None


def wanted_part(connection: Connection, pack: PackId) -> Forgotten | None:
    """What is stored under the sequences of a pack, where all of them are wanted and no claim has its bounds."""
    if not wanted_of(connection, pack.gateway, pack.epoch).covers(pack.first, pack.last):
        return None
    before = _overlapping(connection, pack)
    if any((row.first, row.last) == (pack.first, pack.last) for row in before):
        return None
    return cut([_forgotten(row) for row in before], pack.first, pack.last)[1]


def cut_claims(database: Database, connection: Connection, pack: StorePack) -> None:
    """Give a pack that is renewed with other bounds a claim of its own; what is left of the others has no hash."""
    part = wanted_part(connection, pack.id)
    before = _overlapping(connection, pack.id)
    if part is None or (len(before) == 1 and not before[0].hash):
        return
    rest, _ = cut([_forgotten(row) for row in before], pack.id.first, pack.id.last)
    of_epoch = and_(claims.c.gateway == pack.id.gateway, claims.c.epoch == pack.id.epoch)
    connection.execute(delete(claims).where(of_epoch, claims.c.first.in_([row.first for row in before])))
    times = {row.first: row.first_us for row in before}
    ends = {row.last: row.last_us for row in before}
    rows = [_row(pack.id.gateway, pack.id.epoch, one, "", times.get(one.first), ends.get(one.last)) for one in rest]
    rows.append(_row(pack.id.gateway, pack.id.epoch, part, pack.hash, *reading_times(pack)))
    connection.execute(database.insert(claims), rows)


def reading_times(pack: StorePack) -> tuple[int | None, int | None]:
    """The times of a pack's first and last reading, by sequence."""
    times = [record.time_us for _, record in pack.records if isinstance(record, Reading)]
    return (times[0], times[-1]) if times else (None, None)


def _overlapping(connection: Connection, pack: PackId) -> list[Row[Any]]:
    here = and_(claims.c.gateway == pack.gateway, claims.c.epoch == pack.epoch)
    query = select(claims).where(here, claims.c.stored, claims.c.first <= pack.last, claims.c.last >= pack.first)
    return list(connection.execute(query.order_by(claims.c.first)))


def _row(
    gateway: str, epoch: str, one: Forgotten, digest: str, first_us: int | None, last_us: int | None
) -> dict[str, object]:
    return {
        "gateway": gateway,
        "epoch": epoch,
        "first": one.first,
        "last": one.last,
        "hash": digest,
        "arrived_us": one.arrived_us,
        "refused": json.dumps(one.refused),
        "stored": True,
        "first_us": first_us,
        "last_us": last_us,
    }


def want_less(database: Database, connection: Connection, pack: PackId) -> None:
    """A pack has come again: want it no more."""
    ranges = wanted_of(connection, pack.gateway, pack.epoch)
    ranges.remove(pack.first, pack.last)
    _put(database, connection, pack.gateway, pack.epoch, ranges)


def _put(database: Database, connection: Connection, gateway: str, epoch: str, ranges: RangeSet) -> None:
    connection.execute(delete(wanted).where(wanted.c.gateway == gateway, wanted.c.epoch == epoch))
    rows = [{"gateway": gateway, "epoch": epoch, "first": first, "last": last} for first, last in ranges]
    if rows:
        connection.execute(database.insert(wanted), rows)


class ClaimUpkeep:
    """What is done to claims once in a while; called from any thread, committed when a method returns.

    Every method raises StateUnavailable when the database fails; nothing was changed then.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def forget_hashes(self, before_us: int, ranges_max: int) -> int:
        """Forget hashes of what is stored (see `Store.forget_hashes`)."""
        columns = (claims.c.gateway, claims.c.epoch, claims.c.first)
        aged = (
            select(claims)
            .where(claims.c.stored, claims.c.hash != "", claims.c.arrived_us < before_us)
            .order_by(*columns)
            .limit(ranges_max)
        )
        with self._database.writing() as connection:
            rows = connection.execute(aged).all()
            for gateway, epoch in dict.fromkeys((row.gateway, row.epoch) for row in rows):
                of_epoch = and_(claims.c.gateway == gateway, claims.c.epoch == epoch)
                before = connection.execute(select(claims).where(of_epoch, claims.c.hash == "")).all()
                old = [row for row in rows if (row.gateway, row.epoch) == (gateway, epoch)]
                times = {row.first: row.first_us for row in [*before, *old]}
                ends = {row.last: row.last_us for row in [*before, *old]}
                gone, new = merged(map(_forgotten, before), list(map(_forgotten, old)))
                for first in gone:
                    connection.execute(delete(claims).where(of_epoch, claims.c.first == first))
                made = [_row(gateway, epoch, one, "", times[one.first], ends[one.last]) for one in new]
                connection.execute(self._database.insert(claims), made)
        return len(rows)

    def want(self, since_us: int, gateway: str | None) -> None:
        """Want ranges again (see `Store.want`)."""
        query = select(claims.c.gateway, claims.c.epoch, claims.c.first, claims.c.last).where(
            claims.c.stored, claims.c.arrived_us >= since_us
        )
        if gateway is not None:
            query = query.where(claims.c.gateway == gateway)
        with self._database.writing() as connection:
            again: dict[tuple[str, str], RangeSet] = {}
            for owner, epoch, first, last in connection.execute(query):
                again.setdefault((owner, epoch), RangeSet()).add(first, last)
            for (owner, epoch), ranges in again.items():
                for first, last in wanted_of(connection, owner, epoch):
                    ranges.add(first, last)
                _put(self._database, connection, owner, epoch, ranges)

    def wanted(self) -> list[Wanted]:
        """What is wanted again and has not come, by gateway, epoch and sequence."""
        if not self._database.has(wanted):
            return []
        query = select(wanted).order_by(wanted.c.gateway, wanted.c.epoch, wanted.c.first)
        with self._database.reading() as connection:
            return [Wanted(*row) for row in connection.execute(query)]


def _forgotten(row: Row[Any]) -> Forgotten:
    return Forgotten(row.first, row.last, tuple((a, b) for a, b in json.loads(row.refused)), row.arrived_us)
