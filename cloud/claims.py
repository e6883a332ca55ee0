"""Which ranges of records are in a store that cannot commit them itself: claimed with their hash, then stored.

A claim with the same hash never blocks anybody: a worker may have died between claim and points, so whoever has
the pack writes the same points again and makes it stored. Only what is stored counts as kept.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    cast,
    func,
    select,
    update,
)

from cloud.database import Database, arrivals, claims, markers
from cloud.stores.protocol import NEIGHBOURS_MAX, Fate, Kept, NotedMarker, Outcome, StorePack, conflict
from cloud.wanted import cut_claims, reading_times, want_less, wanted_of, wanted_part, wanted_within
from sensorhub.ranges import Range, RangeSet
from sensorhub.reading import Marker, Reading


@dataclass(frozen=True, slots=True)
class Claimed:
    """A pack that is claimed: its points are to be written now.

    Arguments:
        refused: its sequences that are dead letters, as noted when it came first.
        renewed: whether it was stored before and is wanted again.
    """

    refused: tuple[Range, ...]
    renewed: bool = False


@dataclass(frozen=True, slots=True)
class _Nearest:
    first: int
    last: int
    hash: str
    stored: bool
    refused: str


@dataclass(frozen=True, slots=True)
class Written:
    """A claimed pack whose points are in the store, and the sequences of it that are dead letters instead."""

    pack: StorePack
    refused: tuple[Range, ...]
    renewed: bool = False


class Claims:
    """The claims in a state database; called from any thread, committed when a method returns.

    Every method raises StateUnavailable when the database fails; nothing was changed then.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, packs: Sequence[StorePack]) -> list[Outcome | Claimed]:
        """Claim the ranges of packs; for each the outcome that is settled already, or the claim."""
        with self._database.writing() as connection:
            return [self._claim(connection, pack) for pack in packs]

    def _claim(self, connection: Connection, pack: StorePack) -> Outcome | Claimed:
        nearest = _nearest(connection, pack)
        if nearest is None or nearest.last < pack.id.first:
            first_us, last_us = reading_times(pack)
            connection.execute(
                self._database.insert(claims).values(
                    gateway=pack.id.gateway,
                    epoch=pack.id.epoch,
                    first=pack.id.first,
                    last=pack.id.last,
                    hash=pack.hash,
                    arrived_us=pack.arrived_us,
                    refused=json.dumps(pack.refused),
                    stored=False,
                    first_us=first_us,
                    last_us=last_us,
                )
            )
            return Claimed(pack.refused)
        same = (nearest.first, nearest.last, nearest.hash) == (pack.id.first, pack.id.last, pack.hash)
        inside = not nearest.hash and nearest.first <= pack.id.first and pack.id.last <= nearest.last
        if not same and not inside:
            part = wanted_part(connection, pack.id)
            return conflict(pack) if part is None else Claimed(part.refused, renewed=True)
        refused = tuple(RangeSet(_ranges(nearest.refused)).within(pack.id.first, pack.id.last))
        if not nearest.stored:
            return Claimed(refused)
        if wanted_within(connection, pack.id.gateway, pack.id.epoch, pack.id.first, pack.id.last):
            return Claimed(refused, renewed=True)
        return Outcome(Fate.DUPLICATE, refused)

    def store(self, written: Sequence[Written]) -> None:
        """Make claims stored and keep their markers; note the arrivals of those that are new, and want the others no
        more."""
        if not written:
            return
        noted = [row for done in written for row in _markers(done.pack)]
        came = _newest_arrivals(done.pack for done in written if not done.renewed)
        stored = (
            update(claims)
            .where(_of(bindparam("of_gateway"), bindparam("of_epoch")), claims.c.first == bindparam("of_first"))
            .values(stored=True, refused=bindparam("now_refused"))
        )
        insert_arrivals = self._database.insert(arrivals)
        newer = case(
            (insert_arrivals.excluded.arrived_us > arrivals.c.arrived_us, insert_arrivals.excluded.arrived_us),
            else_=arrivals.c.arrived_us,
        )
        with self._database.writing() as connection:
            for done in written:
                if done.renewed:
                    cut_claims(self._database, connection, done.pack)
                    want_less(self._database, connection, done.pack.id)
            connection.execute(stored, [_stored_row(connection, done) for done in written])
            if noted:
                connection.execute(self._database.insert(markers).on_conflict_do_nothing(), noted)
            if came:
                connection.execute(
                    insert_arrivals.on_conflict_do_update(
                        index_elements=[arrivals.c.gateway, arrivals.c.sensor], set_={"arrived_us": newer}
                    ),
                    [{"gateway": g, "sensor": s, "arrived_us": us} for (g, s), us in came.items()],
                )

    def kept(self, gateway: str, epoch: str, first: int, last: int) -> Kept:
        """What is stored of the sequences first to last of an epoch, less what is wanted again."""
        here = and_(_of(gateway, epoch), claims.c.stored, claims.c.first <= last, claims.c.last >= first)
        with self._database.reading() as connection:
            stored = RangeSet((a, b) for a, b in connection.execute(_runs(here)))
            noted = connection.scalars(select(claims.c.refused).where(here, claims.c.refused != "[]")).all()
            wanted = wanted_of(connection, gateway, epoch)
        refused = RangeSet(span for text in noted for span in _ranges(text))
        for a, b in wanted:
            stored.remove(a, b)
            refused.remove(a, b)
        for a, b in refused:
            stored.remove(a, b)
        return Kept(tuple(stored.within(first, last)), tuple(refused.within(first, last)))

    def here(self, gateway: str, epoch: str) -> RangeSet:
        """All sequences of an epoch that are stored or kept as dead letters."""
        with self._database.reading() as connection:
            return RangeSet((a, b) for a, b in connection.execute(_runs(and_(_of(gateway, epoch), claims.c.stored))))

    def marked(self) -> list[tuple[str, str]]:
        """Every (gateway, epoch) that has markers."""
        query = select(markers.c.gateway, markers.c.epoch).distinct().order_by(markers.c.gateway, markers.c.epoch)
        with self._database.reading() as connection:
            return [(gateway, epoch) for gateway, epoch in connection.execute(query)]

    def markers(self, gateway: str, epoch: str) -> list[NotedMarker]:
        """The markers of an epoch, by sequence."""
        columns = markers.c
        query = select(columns.sequence, columns.kind, columns.time_us, columns.text, columns.arrived_us).where(
            columns.gateway == gateway, columns.epoch == epoch
        )
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(columns.sequence)).all()
        return [NotedMarker(at, Marker(kind, time_us, text), came_us) for at, kind, time_us, text, came_us in rows]

    def around(self, gateway: str, epoch: str, first: int, last: int) -> tuple[int | None, int | None]:
        """The times of the nearest readings before `first` and after `last` (see `Store.around`)."""
        here = and_(_of(gateway, epoch), claims.c.stored)
        before = select(claims.c.last_us).where(
            here, claims.c.last < first, claims.c.last >= first - NEIGHBOURS_MAX, claims.c.last_us.is_not(None)
        )
        after = select(claims.c.first_us).where(
            here, claims.c.first > last, claims.c.first <= last + NEIGHBOURS_MAX, claims.c.first_us.is_not(None)
        )
        with self._database.reading() as connection:
            return (
                connection.scalar(before.order_by(claims.c.first.desc()).limit(1)),
                connection.scalar(after.order_by(claims.c.first).limit(1)),
            )

    def arrivals(self) -> dict[tuple[str, str], int]:
        """For each (gateway, sensor) when its newest arrival was."""
        with self._database.reading() as connection:
            return {(g, s): us for g, s, us in connection.execute(select(arrivals))}


def _of(gateway: object, epoch: object) -> ColumnElement[bool]:
    return and_(claims.c.gateway == gateway, claims.c.epoch == epoch)


def _nearest(connection: Connection, pack: StorePack) -> _Nearest | None:
    # Claims never overlap each other, so of those that begin up to our last only the newest can overlap us.
    query = (
        select(claims.c.first, claims.c.last, claims.c.hash, claims.c.stored, claims.c.refused)
        .where(_of(pack.id.gateway, pack.id.epoch), claims.c.first <= pack.id.last)
        .order_by(claims.c.first.desc())
        .limit(1)
    )
    found = connection.execute(query).one_or_none()
    return None if found is None else _Nearest(*found)


def _stored_row(connection: Connection, done: Written) -> dict[str, object]:
    """What becomes of the claim: its refused sequences are those of this pack, beside those of its neighbours where
    they have merged."""
    of_first, refused = done.pack.id.first, RangeSet(done.refused)
    if done.renewed:
        claim = _nearest(connection, done.pack)
        assert claim is not None  # it was claimed, and claims only ever merge
        beside = RangeSet(_ranges(claim.refused))
        beside.remove(done.pack.id.first, done.pack.id.last)
        of_first, refused = claim.first, RangeSet([*beside, *done.refused])
    return {
        "of_gateway": done.pack.id.gateway,
        "of_epoch": done.pack.id.epoch,
        "of_first": of_first,
        "now_refused": json.dumps(list(refused)),
    }


def _runs(here: ColumnElement[bool]) -> Select[Any]:
    """First and last of every run of claims without a hole, so that few rows leave the database."""
    before = func.lag(claims.c.last).over(order_by=claims.c.first)
    begins = case((claims.c.first == before + 1, 0), else_=1)
    rows = select(claims.c.first, claims.c.last, begins.label("begins")).where(here).subquery()
    numbered = select(rows, cast(func.sum(rows.c.begins).over(order_by=rows.c.first), Integer).label("run"))
    runs = numbered.subquery()
    return select(func.min(runs.c.first), func.max(runs.c.last)).group_by(runs.c.run)


def _ranges(text: str) -> tuple[Range, ...]:
    return tuple((first, last) for first, last in json.loads(text))


def _markers(pack: StorePack) -> list[dict[str, object]]:
    return [
        {
            "gateway": pack.id.gateway,
            "epoch": pack.id.epoch,
            "sequence": sequence,
            "kind": record.kind,
            "time_us": record.time_us,
            "text": record.text,
            "arrived_us": pack.arrived_us,
        }
        for sequence, record in pack.records
        if isinstance(record, Marker)
    ]


def _newest_arrivals(packs: Iterable[StorePack]) -> dict[tuple[str, str], int]:
    newest: dict[tuple[str, str], int] = {}
    for pack in packs:
        for sensor in {record.sensor for _, record in pack.records if isinstance(record, Reading)}:
            key = (pack.id.gateway, sensor)
            newest[key] = max(pack.arrived_us, newest.get(key, pack.arrived_us))
    return newest
