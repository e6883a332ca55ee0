"""The hub's books in its state database: commands and their replies, floors, gaps, and findings."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields

from sqlalchemy import and_, delete, func, select, update

from cloud.collaborators import FindingKind
from cloud.database import Database, commands, findings, floors, gaps
from cloud.gaps import Floor, Gap
from sensorhub.command import Reply

COMMANDS_MAX = 100
"""Of each gateway the newest commands are kept; older ones tell nobody anything."""

FINDING_SHOWN_US = 24 * 3_600 * 1_000_000
"""A conflict or security event is open for a day after it was last seen: nobody has to say that it is over."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that somebody should look at.

    Arguments:
        kind: conflict, gap (records are lost) or security.
        gateway: whose it is.
        since_us, last_us: when it was found, and seen last; microseconds since 1970 UTC.
        text: what it is, to be read after the gateway's name.
        count: of packs in conflict, of lost records, of events.
    """

    kind: FindingKind
    gateway: str
    since_us: int
    last_us: int
    text: str
    count: int


@dataclass(frozen=True, slots=True)
class GivenCommand:
    """A command to leave an epoch, and the reply, where one came; times in microseconds since 1970 UTC."""

    gateway: str
    number: int
    epoch: str
    given_us: int
    replied_us: int | None
    ok: bool | None
    text: str | None


class SqlBooks:
    """Commands, floors, gaps and findings; every method from any thread, committed when it returns.

    Each raises StateUnavailable when the database fails; the same call may then be made again.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def command_number(self, gateway: str, epoch: str, now_us: int) -> int:
        """The number of the open command to leave `epoch`, or a new one (see `Books`)."""
        of_gateway = commands.c.gateway == gateway
        waiting = select(func.max(commands.c.number)).where(
            of_gateway, commands.c.epoch == epoch, commands.c.replied_us.is_(None)
        )
        newest = select(commands.c.number).where(of_gateway).order_by(commands.c.number.desc())
        with self._database.writing() as connection:
            open_number: int | None = connection.scalar(waiting)
            if open_number is not None:
                return open_number
            last: int = connection.scalar(newest.limit(1)) or 0
            number = max(last + 1, now_us // 1_000)
            connection.execute(
                self._database.insert(commands).values(gateway=gateway, number=number, epoch=epoch, given_us=now_us)
            )
            old = newest.offset(COMMANDS_MAX)
            connection.execute(delete(commands).where(of_gateway, commands.c.number.in_(old)))
            return number

    def replied(self, gateway: str, reply: Reply, now_us: int) -> bool:
        """Keep a reply beside its command; False where no such command was given."""
        this = and_(commands.c.gateway == gateway, commands.c.number == reply.number)
        with self._database.writing() as connection:
            done = connection.execute(
                update(commands).where(this).values(replied_us=now_us, ok=reply.ok, text=reply.text)
            )
            return bool(done.rowcount)

    def commands(self, gateway: str) -> list[GivenCommand]:
        """The commands given to a gateway, newest first."""
        if not self._database.has(commands):
            return []
        query = select(commands).where(commands.c.gateway == gateway).order_by(commands.c.number.desc())
        with self._database.reading() as connection:
            return [GivenCommand(*row) for row in connection.execute(query)]

    def floors(self) -> list[Floor]:
        """All floors."""
        if not self._database.has(floors):
            return []
        with self._database.reading() as connection:
            return [Floor(*row) for row in connection.execute(select(floors))]

    def add_floor(self, floor: Floor) -> None:
        """Keep a floor in place of a lower one of the same epoch."""
        insert = self._database.insert(floors).values(_row(floor))
        upsert = insert.on_conflict_do_update(
            index_elements=[floors.c.gateway, floors.c.epoch],
            set_={"lowest": floor.lowest, "next": floor.next, "noted_us": floor.noted_us},
            where=floors.c.lowest < floor.lowest,
        )
        with self._database.writing() as connection:
            connection.execute(upsert)

    def set_gaps(self, gateway: str, epoch: str, found: Sequence[Gap]) -> int:
        """Keep the gaps of an epoch in place of those before; how many records all gaps of that gateway lack now."""
        lost = select(func.coalesce(func.sum(gaps.c["count"]), 0)).where(gaps.c.gateway == gateway)
        with self._database.writing() as connection:
            connection.execute(delete(gaps).where(gaps.c.gateway == gateway, gaps.c.epoch == epoch))
            if found:
                connection.execute(self._database.insert(gaps), [_row(gap) for gap in found])
            return int(connection.scalar(lost) or 0)

    def gaps(self, gateway: str | None = None, since_us: int = 0) -> list[Gap]:
        """The gaps of one gateway or (default) of all that were noted at or after `since_us`, newest first."""
        if not self._database.has(gaps):
            return []
        query = select(gaps).where(gaps.c.noted_us >= since_us)
        if gateway is not None:
            query = query.where(gaps.c.gateway == gateway)
        order = (gaps.c.noted_us.desc(), gaps.c.gateway, gaps.c.epoch, gaps.c.first)
        with self._database.reading() as connection:
            return [Gap(*row) for row in connection.execute(query.order_by(*order))]

    def add_finding(self, kind: FindingKind, gateway: str, text: str, count: int, now_us: int) -> None:
        """Open a finding, or add to the one that is open; one that was over begins anew."""
        over = findings.c.last_us < now_us - FINDING_SHOWN_US
        again = and_(findings.c.kind == kind, findings.c.gateway == gateway, over)
        added = {"text": text, "last_us": now_us, "count": findings.c["count"] + count}
        with self._database.writing() as connection:
            connection.execute(delete(findings).where(again))
            insert = self._database.insert(findings).values(_finding(kind, gateway, text, count, now_us))
            key = [findings.c.kind, findings.c.gateway]
            connection.execute(insert.on_conflict_do_update(index_elements=key, set_=added))

    def set_finding(self, kind: FindingKind, gateway: str, text: str, count: int, now_us: int) -> None:
        """Open a finding, or put text and count in place of its own; with a count of 0 it is closed."""
        this = and_(findings.c.kind == kind, findings.c.gateway == gateway)
        changed = {"text": text, "last_us": now_us, "count": count}
        with self._database.writing() as connection:
            if not count:
                connection.execute(delete(findings).where(this))
                return
            insert = self._database.insert(findings).values(_finding(kind, gateway, text, count, now_us))
            key = [findings.c.kind, findings.c.gateway]
            connection.execute(insert.on_conflict_do_update(index_elements=key, set_=changed))

    def findings(self, now_us: int) -> list[Finding]:
        """What is open now, newest first: lost records for as long as they lack, all else for a day."""
        if not self._database.has(findings):
            return []
        shown = (findings.c.kind == "gap") | (findings.c.last_us >= now_us - FINDING_SHOWN_US)
        query = select(findings).where(shown).order_by(findings.c.last_us.desc(), findings.c.kind, findings.c.gateway)
        with self._database.reading() as connection:
            return [Finding(*row) for row in connection.execute(query)]


def _row(value: Floor | Gap) -> dict[str, object]:
    return dict(zip((field.name for field in fields(value)), astuple(value), strict=True))


def _finding(kind: FindingKind, gateway: str, text: str, count: int, now_us: int) -> dict[str, object]:
    return {
        "kind": kind,
        "gateway": gateway,
        "since_us": now_us,
        "last_us": now_us,
        "text": text,
        "count": count,
    }
