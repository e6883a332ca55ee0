"""Which ranges of records are in a store that cannot commit them itself: claimed with their hash, then stored.

A claim with the same hash never blocks anybody: a worker may have died between claim and points, so whoever has
the pack writes the same points again and makes it stored. Only what is stored counts as kept.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Integer, and_, bindparam, case, cast, func, select, update

from cloud.database import Database, arrivals, claims, markers
from cloud.stores.protocol import Fate, Kept, Outcome, StorePack, conflict
from sensorhub.ranges import Range, RangeSet
from sensorhub.reading import Marker, Reading


@dataclass(frozen=True, slots=True)
class Written:
    """A claimed pack whose points are in the store, and the sequences of it that are dead letters instead."""

    pack: StorePack
    refused: tuple[Range, ...]


class Claims:
    """The claims in a state database; called from any thread, committed when a method returns."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, packs: Sequence[StorePack]) -> list[Outcome | None]:
        """Claim the ranges of packs.

        Returns:
            For each pack the outcome that is settled already, or None: claimed, its points are to be written now.

        Raises:
            StateUnavailable: nothing was claimed.
        """
        with self._database.writing() as connection:
            return [self._claim(connection, pack) for pack in packs]

    def _claim(self, connection: Connection, pack: StorePack) -> Outcome | None:
        # Claims never overlap each other, so of those that begin up to our last only the newest can overlap us.
        nearest = connection.execute(
            select(claims.c.first, claims.c.last, claims.c.hash, claims.c.stored, claims.c.refused)
            .where(_of(pack.id.gateway, pack.id.epoch), claims.c.first <= pack.id.last)
            .order_by(claims.c.first.desc())
            .limit(1)
        ).one_or_none()
        if nearest is None or nearest.last < pack.id.first:
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
                )
            )
            return None
        if (nearest.first, nearest.last, nearest.hash) != (pack.id.first, pack.id.last, pack.hash):
            return conflict(pack)
        return Outcome(Fate.DUPLICATE, _ranges(nearest.refused)) if nearest.stored else None

    def store(self, written: Sequence[Written]) -> None:
        """Make claims stored, keep the gaps that their markers name, and note the arrivals.

        Raises:
            StateUnavailable: all are still claims.
        """
        if not written:
            return
        gaps = [row for done in written for row in _gaps(done.pack)]
        came = _newest_arrivals(done.pack for done in written)
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
            connection.execute(
                stored,
                [
                    {
                        "of_gateway": done.pack.id.gateway,
                        "of_epoch": done.pack.id.epoch,
                        "of_first": done.pack.id.first,
                        "now_refused": json.dumps(done.refused),
                    }
                    for done in written
                ],
            )
            if gaps:
                connection.execute(self._database.insert(markers).on_conflict_do_nothing(), gaps)
            if came:
                connection.execute(
                    insert_arrivals.on_conflict_do_update(
                        index_elements=[arrivals.c.gateway, arrivals.c.sensor], set_={"arrived_us": newer}
                    ),
                    [{"gateway": g, "sensor": s, "arrived_us": us} for (g, s), us in came.items()],
                )

    def kept(self, gateway: str, epoch: str, first: int, last: int) -> Kept:
        """What is stored of the sequences first to last of an epoch.

        Raises:
            StateUnavailable: it cannot be told now.
        """
        here = and_(_of(gateway, epoch), claims.c.stored, claims.c.first <= last, claims.c.last >= first)
        before = func.lag(claims.c.last).over(order_by=claims.c.first)
        begins = case((claims.c.first == before + 1, 0), else_=1)
        rows = select(claims.c.first, claims.c.last, begins.label("begins")).where(here).subquery()
        numbered = select(rows, cast(func.sum(rows.c.begins).over(order_by=rows.c.first), Integer).label("run"))
        runs = numbered.subquery()
        joined = select(func.min(runs.c.first), func.max(runs.c.last)).group_by(runs.c.run)
        with self._database.reading() as connection:
            stored = RangeSet((a, b) for a, b in connection.execute(joined))
            noted = connection.scalars(select(claims.c.refused).where(here, claims.c.refused != "[]")).all()
        refused = RangeSet(span for text in noted for span in _ranges(text))
        for a, b in refused:
            stored.remove(a, b)
        return Kept(tuple(stored.within(first, last)), tuple(refused.within(first, last)))

    def arrivals(self) -> dict[tuple[str, str], int]:
        """For each (gateway, sensor) when its newest arrival was."""
        with self._database.reading() as connection:
            return {(g, s): us for g, s, us in connection.execute(select(arrivals))}


def _of(gateway: object, epoch: object) -> ColumnElement[bool]:
    return and_(claims.c.gateway == gateway, claims.c.epoch == epoch)


def _ranges(text: str) -> tuple[Range, ...]:
    return tuple((first, last) for first, last in json.loads(text))


def _gaps(pack: StorePack) -> list[dict[str, object]]:
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
