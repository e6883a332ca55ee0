"""What the hub knows besides readings: its books, dead letters, the gateways it has met, its own notes, and claims."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sqlalchemy import case, delete, func, select
from sqlalchemy.engine import URL

from cloud.books import SqlBooks
from cloud.claims import Claims
from cloud.database import Database, StateUnavailable, dead_letters, gateways, notes, sqlite_url
from cloud.letters import DeadLetter
from cloud.wanted import ClaimUpkeep

DEAD_LETTERS_MAX = 10_000
DEAD_LETTER_BYTES_MAX = 256 * 2**20
"""For each gateway: a broken one must not fill the hub's disk, and its neighbours keep their room."""

UNNAMED_GATEWAYS_MAX = 10_000
"""Anybody with a login at the broker can invent names; beyond this those not heard of for longest are forgotten."""

_FILE = "state.sqlite"


@dataclass(frozen=True, slots=True)
class KnownGateway:
    """A gateway that the hub has heard of.

    Arguments:
        gateway: its id.
        named: whether a key names it; nothing of an unnamed one is stored.
        first_seen_us, seen_us: first and last message, microseconds since 1970 UTC.
        forgotten: messages counted and forgotten while it was unnamed.
    """

    gateway: str
    named: bool
    first_seen_us: int
    seen_us: int
    forgotten: int


class State(SqlBooks):
    """The state database; every method may be called from any thread and is committed when it returns.

    Each raises StateUnavailable when the database fails; the same call may then be made again.

    Arguments:
        url: of SQLAlchemy.
        read_only: changes nothing (default False).
    """

    def __init__(self, url: URL | str, *, read_only: bool = False) -> None:
        super().__init__(Database(url, read_only=read_only))
        self.claims = Claims(self._database)
        self.claim_upkeep = ClaimUpkeep(self._database)

    @classmethod
    def open(cls, data: Path, *, read_only: bool = False) -> Self:
        """The state database in a hub's folder.

        Raises:
            AskedWrong: it is to be read only, and is not there.
        """
        return cls(sqlite_url(data / _FILE, read_only=read_only), read_only=read_only)

    def add_dead_letters(self, letters: Sequence[DeadLetter]) -> None:
        """Keep letters. The same bytes at another time are counted; the same letter again changes nothing."""
        if not letters:
            return
        insert = self._database.insert(dead_letters)
        new = insert.excluded
        repeated = case((new.last_us != dead_letters.c.last_us, 1), else_=0)
        upsert = insert.on_conflict_do_update(
            index_elements=[dead_letters.c.identity],
            set_={"repeats": dead_letters.c.repeats + repeated, "last_us": new.last_us},
        )
        rows = [
            {
                "identity": _identity(letter),
                "gateway": letter.gateway,
                "topic": letter.topic,
                "sequence": letter.sequence,
                "reason": letter.reason,
                "raw": letter.raw,
                "raw_bytes": len(letter.raw),
                "arrived_us": letter.arrived_us,
                "last_us": letter.arrived_us,
                "repeats": letter.repeats,
            }
            for letter in letters
        ]
        with self._database.writing() as connection:
            connection.execute(upsert, rows)

    def dead_letters(self, gateway: str | None = None, limit: int = 1000) -> list[DeadLetter]:
        """The newest letters, of one gateway or (default) of all, at most `limit`; newest first."""
        columns = dead_letters.c
        query = select(
            columns.gateway,
            columns.topic,
            columns.sequence,
            columns.reason,
            columns.raw,
            columns.arrived_us,
            columns.repeats,
        )
        if gateway is not None:
            query = query.where(columns.gateway == gateway)
        with self._database.reading() as connection:
            return [DeadLetter(*row) for row in connection.execute(query.order_by(columns.id.desc()).limit(limit))]

    def dead_letter_room(self, gateway: str) -> bool:
        """Whether a gateway may still have dead letters; at the bound it is to be throttled, then cut off."""
        query = select(func.count(), func.coalesce(func.sum(dead_letters.c.raw_bytes), 0)).where(
            dead_letters.c.gateway == gateway
        )
        with self._database.reading() as connection:
            letters, size_bytes = connection.execute(query).one()
        return bool(letters < DEAD_LETTERS_MAX and size_bytes < DEAD_LETTER_BYTES_MAX)

    def note_gateway(self, gateway: str, *, named: bool, seen_us: int, forgotten: int) -> None:
        """Note that a gateway was heard of.

        Arguments:
            gateway: its id.
            named: whether a key names it.
            seen_us: when, microseconds since 1970 UTC.
            forgotten: messages of it forgotten since the last note; added to those before.
        """
        insert = self._database.insert(gateways).values(
            gateway=gateway, named=named, first_seen_us=seen_us, seen_us=seen_us, forgotten=forgotten
        )
        upsert = insert.on_conflict_do_update(
            index_elements=[gateways.c.gateway],
            set_={"named": named, "seen_us": seen_us, "forgotten": gateways.c.forgotten + forgotten},
        )
        longest_unheard = (
            select(gateways.c.gateway)
            .where(gateways.c.named.is_(False))
            .order_by(gateways.c.seen_us.desc())
            .offset(UNNAMED_GATEWAYS_MAX)
        )
        with self._database.writing() as connection:
            connection.execute(upsert)
            if not named:
                connection.execute(delete(gateways).where(gateways.c.gateway.in_(longest_unheard)))

    def gateways(self) -> list[KnownGateway]:
        """All gateways that were heard of, by name."""
        with self._database.reading() as connection:
            return [KnownGateway(*row) for row in connection.execute(select(gateways).order_by(gateways.c.gateway))]

    def note(self, key: str, value: str) -> None:
        """Keep a value under a key, in place of the one before."""
        insert = self._database.insert(notes).values(key=key, value=value)
        with self._database.writing() as connection:
            connection.execute(insert.on_conflict_do_update(index_elements=[notes.c.key], set_={"value": value}))

    def noted(self, key: str) -> str | None:
        """The value kept under a key; None where there is none."""
        with self._database.reading() as connection:
            value: str | None = connection.scalar(select(notes.c.value).where(notes.c.key == key))
            return value

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()


def _identity(letter: DeadLetter) -> str:
    what = f"{letter.gateway}\n{letter.topic}\n{letter.sequence}\n".encode("utf-8", "surrogatepass")
    return hashlib.sha256(what + hashlib.sha256(letter.raw).digest()).hexdigest()


__all__ = ["DeadLetter", "KnownGateway", "State", "StateUnavailable"]
