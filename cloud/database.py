"""The state database: its tables, its transactions, and what its failures mean to a user."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    create_engine,
    event,
    inspect,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from cloud.stores.protocol import StoreUnavailable
from sensorhub.errors import AskedWrong

BUSY_S_MAX = 10.0
"""How long a transaction waits for another process; longer than any of ours takes."""

Upsert = sqlite.Insert | postgresql.Insert

metadata = MetaData()

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("identity", String(64), nullable=False, unique=True),
    Column("gateway", String, nullable=False),
    Column("topic", Text, nullable=False),
    Column("sequence", BigInteger),
    Column("reason", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("raw_bytes", Integer, nullable=False),
    Column("arrived_us", BigInteger, nullable=False),
    Column("last_us", BigInteger, nullable=False),
    Column("repeats", BigInteger, nullable=False),
    Index("dead_letters_room", "gateway", "raw_bytes"),
)

gateways = Table(
    "gateways",
    metadata,
    Column("gateway", String, primary_key=True),
    Column("named", Boolean, nullable=False),
    Column("first_seen_us", BigInteger, nullable=False),
    Column("seen_us", BigInteger, nullable=False),
    Column("forgotten", BigInteger, nullable=False),
)

notes = Table("notes", metadata, Column("key", String, primary_key=True), Column("value", Text, nullable=False))

claims = Table(
    "claims",
    metadata,
    Column("gateway", String, nullable=False),
    Column("epoch", String, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("hash", String, nullable=False),
    Column("arrived_us", BigInteger, nullable=False),
    Column("refused", Text, nullable=False),
    Column("stored", Boolean, nullable=False),
    Column("first_us", BigInteger),
    Column("last_us", BigInteger),
    PrimaryKeyConstraint("gateway", "epoch", "first"),
)

markers = Table(
    "markers",
    metadata,
    Column("gateway", String, nullable=False),
    Column("epoch", String, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("kind", String, nullable=False),
    Column("time_us", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    Column("arrived_us", BigInteger, nullable=False),
    PrimaryKeyConstraint("gateway", "epoch", "sequence"),
)

arrivals = Table(
    "arrivals",
    metadata,
    Column("gateway", String, nullable=False),
    Column("sensor", String, nullable=False),
    Column("arrived_us", BigInteger, nullable=False),
    PrimaryKeyConstraint("gateway", "sensor"),
)

wanted = Table(
    "wanted",
    metadata,
    Column("gateway", String, nullable=False),
    Column("epoch", String, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    PrimaryKeyConstraint("gateway", "epoch", "first"),
)

commands = Table(
    "commands",
    metadata,
    Column("gateway", String, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("epoch", String, nullable=False),
    Column("given_us", BigInteger, nullable=False),
    Column("replied_us", BigInteger),
    Column("ok", Boolean),
    Column("text", Text),
    PrimaryKeyConstraint("gateway", "number"),
)

floors = Table(
    "floors",
    metadata,
    Column("gateway", String, nullable=False),
    Column("epoch", String, nullable=False),
    Column("lowest", BigInteger, nullable=False),
    Column("next", BigInteger, nullable=False),
    Column("noted_us", BigInteger, nullable=False),
    PrimaryKeyConstraint("gateway", "epoch"),
)

gaps = Table(
    "gaps",
    metadata,
    Column("gateway", String, nullable=False),
    Column("epoch", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("noted_us", BigInteger, nullable=False),
    Column("from_us", BigInteger),
    Column("to_us", BigInteger),
    PrimaryKeyConstraint("gateway", "epoch", "first", "kind"),
)

findings = Table(
    "findings",
    metadata,
    Column("kind", String, nullable=False),
    Column("gateway", String, nullable=False),
    Column("since_us", BigInteger, nullable=False),
    Column("last_us", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    Column("count", BigInteger, nullable=False),
    PrimaryKeyConstraint("kind", "gateway"),
)


class StateUnavailable(StoreUnavailable):
    """The state database takes or gives nothing now; the same call may be made again."""


class Database:
    """An SQL database behind transactions that either hold or raise StateUnavailable; used from any thread.

    Arguments:
        url: of SQLAlchemy, as in sqlite:////srv/hub/state.sqlite or postgresql://...
        read_only: never writes or makes a table (default False).

    Raises:
        StateUnavailable: it cannot be opened.
    """

    def __init__(self, url: URL | str, *, read_only: bool = False) -> None:
        self._name = make_url(url).render_as_string(hide_password=True)
        self._engine = create_engine(url)
        self._read_only = read_only
        if self._engine.dialect.name == "sqlite":
            _make_sqlite_durable(self._engine, read_only)
        if not read_only:
            with self.writing() as connection:
                metadata.create_all(connection)
                _add_columns(connection)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that reads.

        Raises:
            StateUnavailable: the database failed.
        """
        with self._transaction(write=False) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is durable when the block ends, and undone when it raises.

        Raises:
            StateUnavailable: the database failed; nothing was changed.
        """
        with self._transaction(write=True) as connection:
            yield connection

    @contextmanager
    def _transaction(self, *, write: bool) -> Iterator[Connection]:
        try:
            with self._engine.connect().execution_options(sensorhub_write=write) as connection, connection.begin():
                yield connection
        except SQLAlchemyError as error:
            why = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise StateUnavailable(
                f"The state database {self._name} cannot be used: {why}. Make room on its disk, or make it readable "
                "and writable; until then the gateways keep their data."
            ) from error

    def has(self, table: Table) -> bool:
        """Whether a table is there: one that is only read may be of a version that did not know it."""
        return not self._read_only or inspect(self._engine).has_table(table.name)

    def insert(self, table: Table) -> Upsert:
        """An INSERT that can say what to do on a conflict, in the words of this database."""
        return postgresql.insert(table) if self._engine.dialect.name == "postgresql" else sqlite.insert(table)

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()


def _add_columns(connection: Connection) -> None:
    """Bring tables of an earlier version up to this one, which may only add columns that can be empty."""
    for table in metadata.tables.values():
        there = {column["name"] for column in inspect(connection).get_columns(table.name)}
        for column in table.columns:
            if column.name not in there:
                kind = column.type.compile(connection.dialect)
                connection.exec_driver_sql(f'ALTER TABLE "{table.name}" ADD COLUMN "{column.name}" {kind}')


def _make_sqlite_durable(engine: Engine, read_only: bool) -> None:
    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        # Python's driver would begin transactions by itself, and too late for BEGIN IMMEDIATE.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={int(BUSY_S_MAX * 1000)}")
        if not read_only:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        # A reader that becomes a writer fails at once when another wrote in between; so a writer begins as one.
        write = connection.get_execution_options().get("sensorhub_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def sqlite_url(path: Path, *, read_only: bool = False) -> URL:
    """The address of a database file; for `read_only` one through which not even SQLite's own files are made.

    Raises:
        AskedWrong: it is to be read only, and is not there.
    """
    if not read_only:
        return URL.create("sqlite", database=str(path))
    if not path.exists():
        raise AskedWrong(f"There is no {path.name} in {path.parent}. Give the folder that the hub was started with.")
    query = {"uri": "true", "mode": "ro"}
    log = path.with_name(path.name + "-wal")
    if not log.exists() or log.stat().st_size == 0:
        query["immutable"] = "1"  # without a log nobody has it open, and SQLite would make one to read it
    return URL.create("sqlite", database=f"file:{quote(str(path.absolute()))}", query=query)
